import * as ort from "onnxruntime-web";
import { memorySource } from "#formats/byte-source.ts";
import type { FileSet } from "#formats/byte-source.ts";
import type { Dtype } from "#model/checkpoint.ts";
import { loadModel } from "#workers/engine/load-model.ts";
import type { LoadedModel } from "#workers/engine/load-model.ts";
import { startRuntime } from "#workers/engine/runtime.ts";
import type { CheckpointFiles } from "./checkpoints.ts";

/** A checkpoint's files as the engine reads them. */
export const fileSet = (files: CheckpointFiles): FileSet => ({
  name: "test checkpoint",
  open: (path) => Promise.resolve(files.has(path) ? memorySource(files.get(path)!) : undefined),
});

/** The engine on the WASM backend, in Node: the same code as in the page's worker on the same runtime. */
export async function loadInNode(files: CheckpointFiles, dtype: Dtype): Promise<LoadedModel> {
  const runtime = await startRuntime(ort, "wasm", () => undefined);
  return loadModel(fileSet(files), runtime, { dtype, onPart: () => undefined });
}

/** A signal that is never aborted. */
export const unaborted = () => new AbortController().signal;
