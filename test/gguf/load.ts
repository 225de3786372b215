import * as ort from "onnxruntime-web";
import { memorySource } from "#formats/byte-source.ts";
import type { Dtype } from "#model/checkpoint.ts";
import { loadModel } from "#workers/engine/load/load-model.ts";
import type { LoadedModel } from "#workers/engine/load/load-model.ts";
import { startRuntime } from "#workers/engine/run/runtime.ts";
import type { CheckpointFiles as OpenedFiles } from "#workers/engine/sources/checkpoint-files.ts";

/** GGUF files, and what lies beside them, as the engine reads them. */
export const ggufSet = (files: ReadonlyMap<string, Uint8Array>, gguf: string): OpenedFiles => ({
  name: "test files",
  identity: { kind: "files", name: gguf },
  gguf,
  notes: [],
  open: (path) => Promise.resolve(files.has(path) ? memorySource(files.get(path)!) : undefined),
});

/** @param files the first of which is the model, or one of its parts */
export async function loadGgufInNode(files: ReadonlyMap<string, Uint8Array>, dtype: Dtype): Promise<LoadedModel> {
  const runtime = await startRuntime(ort, "wasm", () => undefined);
  const [gguf] = files.keys();
  return loadModel(ggufSet(files, gguf!), runtime, { dtype, onProgress: () => undefined });
}
