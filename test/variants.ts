import * as ort from "onnxruntime-web";
import type { Dtype } from "#model/checkpoint.ts";
import type { LoadedModel } from "#workers/engine/load/load-model.ts";
import { LoadedVariants } from "#workers/engine/variants/loaded-variants.ts";
import { ModelSession } from "#workers/engine/session/model-session.ts";
import { NeuronIndex } from "#workers/engine/lab/neuron-index.ts";
import { startRuntime } from "#workers/engine/run/runtime.ts";
import { memoryStore } from "#workers/engine/store/file-store.ts";
import type { CheckpointFiles } from "./checkpoints.ts";
import { fileSet, loadInNode } from "./engine.ts";
import { adapterFiles } from "./random/adapter.ts";
import type { AdapterParts } from "./random/adapter.ts";

/** A model on the WASM backend in Node that adapters can be laid over. */
export const variantsOf = async (files: CheckpointFiles, dtype: Dtype) => withVariants(await loadInNode(files, dtype));

export async function withVariants(loaded: LoadedModel): Promise<LoadedVariants> {
  const runtime = await startRuntime(ort, "wasm", () => undefined);
  const index = new NeuronIndex(loaded.runner);
  const session = new ModelSession(loaded, index);
  return new LoadedVariants({
    loaded,
    runtime,
    index,
    session,
    fingerprint: "random",
    experimentStore: memoryStore(),
  });
}

export const steps = { onProgress: () => undefined };
export const attach = (to: LoadedVariants, parts: AdapterParts) => to.attachFiles(fileSet(adapterFiles(parts)), steps);
