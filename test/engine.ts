import * as ort from "onnxruntime-web";
import { memorySource } from "#formats/byte-source.ts";
import type { CheckpointFiles as OpenedFiles } from "#workers/engine/sources/checkpoint-files.ts";
import type { Dtype } from "#model/checkpoint.ts";
import type { HeadId } from "#model/ids.ts";
import { loadModel } from "#workers/engine/load/load-model.ts";
import type { LoadedModel } from "#workers/engine/load/load-model.ts";
import type { ModelSession } from "#workers/engine/session/model-session.ts";
import { startRuntime } from "#workers/engine/run/runtime.ts";
import type { Answers } from "./agreement.ts";
import type { CheckpointFiles } from "./checkpoints.ts";

/** A checkpoint's files as the engine reads them. */
export const fileSet = (files: CheckpointFiles): OpenedFiles => ({
  name: "test checkpoint",
  identity: { kind: "files", name: "test checkpoint" },
  open: (path) => Promise.resolve(files.has(path) ? memorySource(files.get(path)!) : undefined),
});

/** The engine on the WASM backend, in Node: the same code as in the page's worker on the same runtime. */
export async function loadInNode(files: CheckpointFiles, dtype: Dtype): Promise<LoadedModel> {
  const runtime = await startRuntime(ort, "wasm", () => undefined);
  return loadModel(fileSet(files), runtime, { dtype, onProgress: () => undefined });
}

/** How a session is asked for everything that the reference covers. */
export interface AgreementQuestion {
  readonly ids: readonly number[];
  readonly target: number;
  /** Ablated for the comparison. */
  readonly head: HeadId;
  /** How many neurons in each list. */
  readonly count: number;
}

export async function askAll(session: ModelSession, { ids, target, head, count }: AgreementQuestion): Promise<Answers> {
  const signal = unaborted();
  const { target: found } = await session.predict(ids, { top: 10, target }, () => undefined, signal);
  const { logProbability: sweep } = await session.sweepHeads(ids, { target }, () => undefined, signal);
  const { attention, ffn } = await session.layerIncrease(ids, { target });
  const { rows: neurons } = await session.topNeurons(ids, { target, count }, () => undefined, signal);
  const interventions = [{ kind: "head", at: head, scale: 0 }] as const;
  const { rows: compared } = await session.compareNeurons(
    ids,
    { target, count, interventions },
    () => undefined,
    signal,
  );
  return { ids, target, head, logProbability: found.logProbability, sweep, attention, ffn, neurons, compared };
}

/** A signal that is never aborted. */
export const unaborted = () => new AbortController().signal;
