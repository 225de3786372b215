import { Fault, faultCode } from "#core/fault.ts";
import type { TensorTable } from "#formats/checkpoint.ts";
import { usualDtype } from "#model/gguf/source.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { Asked } from "#protocol/calls.ts";
import type { LoadProgress, ModelInfo } from "#protocol/engine.ts";
import { setUpProved } from "../canary/set-up-proved.ts";
import { missingFills } from "../weights/fills.ts";
import { bytesToStore, heldRefusal, runRefusal, storageRefusal } from "./fit.ts";
import type { PauseLatch } from "./pause-latch.ts";
import { describe, shortName } from "./inspect-checkpoint.ts";
import { indexFiles } from "../lab/index-store.ts";
import { Arrivals, seldom } from "./load-meter.ts";
import { disposeModel, setUpModel } from "./load-model.ts";
import type { LoadedModel } from "./load-model.ts";
import { ModelSession } from "../session/model-session.ts";
import { NeuronIndex } from "../lab/neuron-index.ts";
import type { OpenedCheckpoint } from "./open-checkpoint.ts";
import { refuseOther } from "./published.ts";
import type { Published } from "./published.ts";
import { heldInstead, refusedStorage } from "./refused-storage.ts";
import { withCheckpoint } from "./request-checkpoint.ts";
import { unreadNote } from "./unread-note.ts";
import { startRuntime } from "../run/runtime.ts";
import type { OrtModule, Runtime, StartRuntime } from "../run/runtime.ts";
import type { CheckpointFiles } from "../sources/checkpoint-files.ts";
import { pastCaches } from "../sources/own-origin.ts";
import { experimentStore, indexStore, placeFor, storageReport } from "../store/stores.ts";
import type { FileStore } from "../store/file-store.ts";
import { resultsFolder } from "../store/pack.ts";
import { storageFull } from "../store/storage-faults.ts";

/** A prompt for the first run, which compiles the shaders. */
const WARM_UP_TOKENS = [0, 0, 0];

export interface StartRequest {
  readonly source: CheckpointSource;
  readonly options: Asked<"load">;
  readonly latch: PauseLatch;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly onDeviceLost: (reason: string) => void;
  /** Left out: a browser's. */
  readonly start?: StartRuntime;
  readonly published?: Published | undefined;
  readonly signal: AbortSignal;
}

export interface StartedModel {
  readonly session: ModelSession;
  readonly loaded: LoadedModel;
  readonly runtime: Runtime;
  readonly index: NeuronIndex;
  /** Names the model and its precision. */
  readonly fingerprint: string;
  /** Where finished steps of experiments are kept. */
  readonly experimentStore: FileStore;
  readonly info: ModelInfo;
}

/**
 * From a request to a model that answers: stored for the next visit or, where the browser's storage refuses, held in memory for this one.
 *
 * @throws Fault; "too-large", or "storage-full" where memory cannot hold it either, before any weight is read where the numbers say so
 */
export async function startModel(
  ort: OrtModule,
  { source, options, latch, onProgress, onDeviceLost, start = startRuntime, published, signal }: StartRequest,
): Promise<StartedModel> {
  const began = performance.now();
  const arrivals = new Arrivals();
  let notes: readonly string[] = [];
  const tellReading = () => onProgress({ stage: "reading", done: arrivals.bytes, total: 0, part: "files" });
  tellReading();
  arrivals.listener = seldom(tellReading);
  const found = await start(ort, options.backend, onDeviceLost);
  const { store, refusal } = await placeFor(source);
  let refused = refusal === undefined ? undefined : await refusedStorage(refusal, store);
  const request = {
    source,
    store,
    dtype: options.dtype ?? usualDtype(source),
    signal,
    onBytes: (bytes: number) => arrivals.add(bytes),
    onOpened: (files: CheckpointFiles) => (notes = files.notes ?? []),
    onWait: () => onProgress({ stage: "waiting", done: 0, total: 0, part: "another tab is loading this model" }),
    onRefused: async (reason: unknown, checkpoint?: OpenedCheckpoint) => {
      refused = await refusedStorage(reason, store, checkpoint);
    },
  };
  const { loaded, runtime, proof } = await pastCaches(source, signal, (cache) =>
    withCheckpoint({ ...request, cache }, (checkpoint) =>
      setUpProved(checkpoint, found, {
        // outside a browser another backend is another runtime
        isGpuWanted: options.backend === "webgpu" || found.provider !== undefined,
        caseAt: published?.caseAt,
        onProgress,
        signal,
        refuse: (on) => refuseWhatDoesNotFit(checkpoint, on, refused),
        setUp: async (on) =>
          asPublished(await setUpModel(checkpoint, on, { onProgress, signal, latch, arrivals }), published),
      }),
    ),
  );
  const index = new NeuronIndex(
    loaded.runner,
    fingerprint(loaded),
    indexFiles(await indexStore(), resultsFolder(loaded)),
  );
  const session = new ModelSession(loaded, index);
  onProgress({ stage: "warming-up", done: loaded.weightBytes, total: loaded.weightBytes, part: "first run" });
  try {
    // that these tokens overflow says nothing of a person's prompt
    await session
      .predict(WARM_UP_TOKENS.slice(0, loaded.spec.context), { top: 1 }, () => undefined, signal)
      .catch((reason: unknown) => {
        if (faultCode(reason) !== "overflow") throw reason;
      });
    // a model that nobody waits for any more must not take the place of the one that is there
    signal.throwIfAborted();
  } catch (reason) {
    await session.dispose();
    throw reason;
  }
  return {
    session,
    loaded,
    runtime,
    index,
    fingerprint: fingerprint(loaded),
    experimentStore: await experimentStore(),
    info: {
      ...infoOf(loaded, runtime),
      ...(proof && { proof }),
      ...(refused && { notStored: { code: refused.code, message: heldInstead(refused) } }),
      sourceNotes: [...notes, loaded.tokenizer.note, unreadNote(loaded)].filter((note) => note !== undefined),
      bytes: { read: arrivals.bytes, weights: loaded.weightBytes },
      loadMs: performance.now() - began,
    },
  };
}

/** @throws Fault for one that comes with the page and is not what was published; it is let go of */
async function asPublished(loaded: LoadedModel, published: Published | undefined): Promise<LoadedModel> {
  const wanted = published?.contents.get(loaded.identity.name);
  try {
    if (wanted !== undefined) refuseOther(loaded, wanted);
    return loaded;
  } catch (reason) {
    await disposeModel(loaded);
    throw reason;
  }
}

/** A fingerprint of weights in a precision, the same whatever they are called and wherever they came from. */
const fingerprint = ({ content, dtype, spec }: LoadedModel) => JSON.stringify([content, dtype, spec]);

function infoOf(
  { spec, format, identity, content, parameters, dtype, isStored, tensors }: LoadedModel,
  { ort, backend, adapter, note, provider, threads = ort.env.wasm.numThreads || 1 }: Runtime,
): Omit<ModelInfo, "bytes" | "loadMs" | "sourceNotes"> {
  return {
    ...describe(spec),
    name: shortName(identity),
    source: identity,
    content,
    isStored,
    parameters,
    backend,
    adapter,
    backendNote: note,
    ...(provider && { provider }),
    ...(backend === "wasm" && { threads }),
    dtype,
    format,
    storedAs: storedAs(tensors),
  };
}

function storedAs({ entries }: TensorTable): ModelInfo["storedAs"] {
  const counts = new Map<string, number>();
  for (const { dtype } of entries) counts.set(dtype, (counts.get(dtype) ?? 0) + 1);
  return [...counts].map(([type, tensors]) => ({ type, tensors })).sort((a, b) => b.tensors - a.tensors);
}

/** @param refused why the model is not stored, where it should have been */
async function refuseWhatDoesNotFit(
  { plan, pack }: OpenedCheckpoint,
  runtime: Runtime,
  refused: Fault | undefined,
): Promise<void> {
  const tooLarge = runRefusal(plan, runtime);
  if (tooLarge !== undefined) throw new Fault("too-large", tooLarge);
  if (!pack.isPersistent) {
    const notHeld = heldRefusal(plan);
    if (notHeld === undefined) return;
    throw refused ? new Fault(refused.code, `${refused.message}; ${notHeld}`) : new Fault("too-large", notHeld);
  }
  const noRoom = storageRefusal(bytesToStore(plan, missingFills(plan, pack)), await storageReport(pack));
  if (noRoom !== undefined) throw storageFull("there is no room for the model");
}
