import type * as Ort from "onnxruntime-web";
import { Fault } from "#core/fault.ts";
import type { ByteSource } from "#formats/byte-source.ts";
import type { TensorTable } from "#formats/checkpoint.ts";
import { encodeModel } from "#formats/onnx/encode.ts";
import type { OnnxGraph } from "#formats/onnx/encode.ts";
import { WEIGHTS_FILE } from "#graph/parts.ts";
import type { CheckpointFormat, Dtype, SourceIdentity } from "#model/checkpoint.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { LoadProgress } from "#protocol/engine.ts";
import { fillPack } from "../weights/fill-pack.ts";
import { checkpointBytes, fillsOf } from "../weights/fills.ts";
import { PauseLatch } from "./pause-latch.ts";
import { lastingFiles } from "../weights/lasting-files.ts";
import { packedBytes } from "../weights/model-parts.ts";
import type { ModelPart } from "../weights/model-parts.ts";
import { Arrivals, LoadMeter } from "./load-meter.ts";
import { modelWeights } from "../weights/model-weights.ts";
import type { PartId, WeightReader } from "../weights/model-weights.ts";
import { openCheckpoint, packContent } from "./open-checkpoint.ts";
import type { OpenedCheckpoint } from "./open-checkpoint.ts";
import { OrtRunner } from "../run/ort-runner.ts";
import type { Sessions } from "../run/ort-runner.ts";
import type { Runtime } from "../run/runtime.ts";
import type { CheckpointFiles } from "../sources/checkpoint-files.ts";
import { memoryStore } from "../store/file-store.ts";
import type { FileStore, StoredFile } from "../store/file-store.ts";
import { damagedSteps, openPart, sealPack } from "../store/seal.ts";
import type { ModelTokenizer } from "../tokenizer/tokenizer.ts";
import { StoredWeights } from "../weights/weight-reader.ts";

/** What an analysis needs of a checkpoint once it is loaded. */
export interface LoadedModel {
  readonly identity: SourceIdentity;
  /** SHA-256 of what the checkpoint contains, see `CheckpointContent`. */
  readonly content: string;
  readonly spec: ModelSpec;
  readonly format: CheckpointFormat;
  readonly dtype: Dtype;
  readonly runner: OrtRunner;
  readonly tokenizer: ModelTokenizer;
  readonly parameters: number;
  /** What the parts take as they are stored and run. */
  readonly weightBytes: number;
  readonly parts: readonly ModelPart[];
  /** What the checkpoint's own tensors are called, and their shapes. */
  readonly tensors: TensorTable;
  /** Open for as long as the model is. */
  readonly files: ReadonlyMap<PartId, StoredFile>;
  readonly sessions: Sessions;
  readonly weights: WeightReader;
  /** Whether its weights are kept for the next visit. */
  readonly isStored: boolean;
}

export interface LoadSteps {
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
  /** Left out: never closed. */
  readonly latch?: PauseLatch;
  /** The source's bytes as they come; left out: progress is told step by step. */
  readonly arrivals?: Arrivals;
}

/**
 * Config → spec → headers → step by step: read rows, quantise, store; part by part: build the graph, create the session.
 * Everything that can be wrong with config and headers is found before the first weight is read; what is stored already is not
 * read again, and what was stored when a load fails or is stopped stays for the next one. In memory are at most the rows on
 * their way, besides what the sessions hold.
 *
 * @param options.store left out: in memory
 * @throws Fault for whatever is wrong with the files, or what `signal` was aborted with
 */
export async function loadModel(
  files: CheckpointFiles,
  runtime: Runtime,
  { dtype, store = memoryStore(), ...steps }: LoadSteps & { readonly dtype: Dtype; readonly store?: FileStore },
): Promise<LoadedModel> {
  return setUpModel(await openCheckpoint(files, store, { dtype, signal: steps.signal }), runtime, steps);
}

/** Fills what is missing of the pack, and creates each part's session as soon as its file is complete. */
export async function setUpModel(
  checkpoint: OpenedCheckpoint,
  runtime: Runtime,
  {
    onProgress,
    signal: stopped = new AbortController().signal,
    latch = new PauseLatch(),
    arrivals = new Arrivals(),
  }: LoadSteps,
): Promise<LoadedModel> {
  const { plan, pack, identity, tokenizer, tensors } = checkpoint;
  const { parts, spec, parameters } = plan;
  const fills = fillsOf(plan);
  onProgress({ stage: "checking", done: 0, total: 0, part: "what is stored" });
  const damaged = await damagedSteps(pack, parts, fills);
  if (damaged.size > 0) await pack.forget(damaged);
  const missing = fills.filter(({ key }) => !pack.isDone(key));
  const progress = new LoadMeter(onProgress, {
    fetchBytes: checkpointBytes(fills),
    missingBytes: checkpointBytes(missing),
    prepareBytes: packedBytes(parts),
  });

  const failed = new AbortController();
  const signal = AbortSignal.any([stopped, failed.signal]);
  const weightsFile = missing.length > 0 ? await tensors() : { ...plan.tensors, readRows: unread };
  // what came before was headers
  arrivals.listener = (bytes) => progress.arrived(bytes);
  const filling = fillPack({
    pack,
    parts,
    fills: missing,
    tensors: weightsFile,
    latch,
    signal,
    onStarted: (bytes) => progress.started(bytes),
    onFilled: (bytes) => progress.filled(bytes),
  });
  const files = new Map<PartId, StoredFile>();
  const sessions: Ort.InferenceSession[] = [];
  try {
    for (const part of parts) {
      progress.next(part.name);
      await filling.ready(part.id);
      signal.throwIfAborted();
      const file = await openPart(pack, part.id);
      files.set(part.id, file);
      if (part.graph) {
        // residuals and taps stay on the device; what the unembedding finds is read at once
        const leaves = part.id === "unembed" ? "in memory" : "on device";
        sessions.push(await createSession(runtime, part.graph(), { [WEIGHTS_FILE]: file }, { leaves }));
      }
      progress.prepared(part.layout.totalBytes);
    }
    await filling.finished;
    if (pack.record?.completedAt === undefined) await sealPack(pack, parts, await packContent(pack, plan, fills));
  } catch (reason) {
    failed.abort(reason);
    await filling.finished.catch(() => undefined); // its reason is this one, or came of it
    for (const session of sessions) await runtime.queue.add(() => session.release());
    for (const file of files.values()) file.close();
    throw reason;
  }
  const owned = { blocks: sessions.slice(0, -1), unembed: sessions.at(-1)! };
  const lasting = lastingFiles(files, { checkpoint, fills });
  const weights = new StoredWeights(parts, lasting);
  return {
    identity,
    content: pack.record!.content!,
    spec,
    format: plan.format,
    dtype: plan.dtype,
    runner: new OrtRunner(spec, modelWeights(spec, weights), runtime, owned),
    tokenizer,
    parameters,
    weightBytes: packedBytes(parts),
    parts,
    tensors: plan.tensors,
    files: lasting,
    sessions: owned,
    weights,
    isStored: pack.isPersistent,
  };
}

/** Lets go of what was set up; what is stored of it stays. */
export async function disposeModel({ runner, files }: Pick<LoadedModel, "runner" | "files">): Promise<void> {
  await runner.dispose();
  for (const file of files.values()) file.close();
}

const unread = () => Promise.reject(new Error("load: nothing was missing, and yet rows are read"));

/**
 * @param files of weights, by the names that the graph calls them by
 * @param leaves where a GPU leaves what the session gives
 * @throws Fault "engine-stopped": after a failed creation the runtime refuses every later one, so the worker has to go
 */
export async function createSession(
  runtime: Runtime,
  graph: OnnxGraph,
  files: Readonly<Record<string, ByteSource>>,
  { leaves }: { readonly leaves: "on device" | "in memory" },
): Promise<Ort.InferenceSession> {
  const externalData: { path: string; data: Uint8Array }[] = [];
  // one part at a time is in memory beside what the sessions hold
  for (const [path, file] of Object.entries(files)) {
    externalData.push({ path, data: new Uint8Array(await file.slice(0, file.byteLength)) });
  }
  const options: Ort.InferenceSession.SessionOptions = {
    externalData,
    graphOptimizationLevel: "all",
    ...placeOptions(runtime, leaves),
  };
  const { ort, queue } = runtime;
  const encoded = encodeModel(graph);
  try {
    return await queue.add(() => ort.InferenceSession.create(encoded, options));
  } catch (cause) {
    throw new Fault(
      "engine-stopped",
      `a part of the model could not be set up: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** Where a session runs, and where it leaves what it gives. */
function placeOptions(
  { backend, device, provider, threads }: Runtime,
  leaves: "on device" | "in memory",
): Ort.InferenceSession.SessionOptions {
  if (provider !== undefined) {
    return {
      executionProviders: [provider],
      ...(threads !== undefined && { intraOpNumThreads: threads }),
      // each session has threads of its own, and those of the others would spin beside the one that computes
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    };
  }
  if (backend === "wasm") return { executionProviders: ["wasm"] };
  return {
    executionProviders: [{ name: "webgpu", device: device!, validationMode: "disabled" }],
    // an operator without a GPU kernel would drag activations through memory in silence; it has to fail instead
    extra: { session: { disable_cpu_ep_fallback: "1" } },
    ...(leaves === "on device" && { preferredOutputLocation: "gpu-buffer" }),
  };
}
