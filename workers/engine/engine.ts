import { Fault } from "#core/fault.ts";
import type { ChunkedWork } from "#analysis/projection.ts";
import type { Backend, CheckpointSource, Dtype } from "#model/checkpoint.ts";
import type { EngineApi, JobId, LoadOptions, LoadProgress, ModelInfo, Progress } from "#protocol/engine.ts";
import type { LabApi } from "#protocol/lab.ts";
import { memoryStore } from "./index-store.ts";
import type { IndexStore } from "./index-store.ts";
import { Jobs } from "./jobs.ts";
import { LabSession, reportTo } from "./lab-session.ts";
import { loadModel } from "./load-model.ts";
import type { LoadedModel } from "./load-model.ts";
import { ModelSession } from "./model-session.ts";
import { NeuronIndex } from "./neuron-index.ts";
import { startRuntime } from "./runtime.ts";
import type { OrtModule } from "./runtime.ts";
import { openSource } from "./sources.ts";

/** Small enough for everyone, exact enough that the prediction does not move. */
const DEFAULT_DTYPE = "q8";
/** A prompt for the first run, which compiles the shaders. */
const WARM_UP_TOKENS = [0, 0, 0];

/**
 * The worker's side of the contract: one model at a time, jobs that can be cancelled.
 *
 * @param onDeviceLost told when the GPU is gone; every later call will fail
 * @param store where a model's token index is kept
 */
export function createEngine(
  loadOrt: () => Promise<OrtModule>,
  onDeviceLost: (reason: string) => void,
  store: IndexStore = memoryStore(),
): EngineApi & LabApi {
  const jobs = new Jobs();
  let current: Sessions | undefined;

  const loaded = (): Sessions => {
    if (!current) throw new Fault("not-loaded", "no model is loaded yet; load one first");
    return current;
  };
  const model = () => loaded().session;
  const lab = () => loaded().lab;
  /** For work that others go before. */
  const inBackground = <T>(
    job: JobId,
    onProgress: (progress: Progress) => void,
    task: (work: ChunkedWork) => Promise<T>,
  ) =>
    jobs.runInBackground(job, (signal) =>
      task({ signal, turn: () => jobs.quiet(signal), onProgress: reportTo(onProgress) }),
    );

  return {
    load: (job, source, options, onProgress) =>
      jobs.run(job, async (signal) => {
        const ort = await loadOrt();
        const {
          session,
          lab: ofModel,
          info,
        } = await load(ort, { source, options, onProgress, onDeviceLost, signal, store });
        const previous = current;
        current = { session, lab: ofModel };
        await previous?.session.dispose();
        return info;
      }),
    tokenize: (job, text) => jobs.run(job, async () => model().tokenize(text)),
    predict: (job, prompt, options) => jobs.run(job, (signal) => model().predict(prompt, options, signal)),
    generate: (job, prompt, options) => jobs.run(job, (signal) => model().generate(prompt, options, signal)),
    sweepHeads: (job, prompt, options, onRow) =>
      jobs.run(job, (signal) => model().sweepHeads(prompt, options, onRow, signal)),
    layerIncrease: (job, prompt, options) => jobs.run(job, () => model().layerIncrease(prompt, options)),
    topNeurons: (job, prompt, options) => jobs.run(job, (signal) => model().topNeurons(prompt, options, signal)),
    compareNeurons: (job, prompt, options, onProgress) =>
      jobs.run(job, (signal) => model().compareNeurons(prompt, options, onProgress, signal)),
    neuron: (job, at, options) => jobs.run(job, () => model().neuron(at, options)),
    inspectNeuron: (job, prompt, options) => jobs.run(job, (signal) => model().inspectNeuron(prompt, options, signal)),
    inspectHead: (job, prompt, options) => jobs.run(job, (signal) => model().inspectHead(prompt, options, signal)),
    buildIndex: (job, onProgress) => inBackground(job, onProgress, (work) => lab().buildIndex(work)),
    searchNeurons: (job, options, onProgress) =>
      options.by === "rank"
        ? inBackground(job, onProgress, (work) => lab().searchNeurons(options, work))
        : jobs.run(job, (signal) => lab().searchNeurons(options, { signal })),
    searchConcepts: (job, options, onProgress) =>
      inBackground(job, onProgress, (work) => lab().searchConcepts(options, work)),
    operandPlot: (job, options, onCells) => jobs.run(job, (signal) => lab().operandPlot(options, onCells, signal)),
    neuronGroup: (job, prompt, options) => jobs.run(job, (signal) => lab().neuronGroup(prompt, options, signal)),
    neuronWiring: (job, at, options) => jobs.run(job, () => lab().neuronWiring(at, options)),
    cancel: (job) => jobs.cancel(job),
  };
}

interface LoadRequest {
  readonly source: CheckpointSource;
  readonly options: LoadOptions;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly onDeviceLost: (reason: string) => void;
  readonly signal: AbortSignal;
  readonly store: IndexStore;
}

/** What answers for one model. */
interface Sessions {
  readonly session: ModelSession;
  readonly lab: LabSession;
}

async function load(ort: OrtModule, request: LoadRequest): Promise<Sessions & { readonly info: ModelInfo }> {
  const { source, options, onProgress, signal } = request;
  const dtype = options.dtype ?? DEFAULT_DTYPE;
  const start = performance.now();
  let read = 0;
  onProgress({ stage: "reading", done: 0, total: 0, part: "files" });
  const runtime = await startRuntime(ort, options.backend satisfies Backend | undefined, request.onDeviceLost);
  const files = openSource(source, (bytes) => (read += bytes));
  const loaded = await loadModel(files, runtime, {
    dtype,
    signal,
    onPart: (done, total, part) => onProgress({ stage: "preparing", done, total, part }),
  });
  const index = new NeuronIndex(loaded.runner, fingerprint(source, dtype, loaded), request.store);
  const session = new ModelSession(loaded, index);
  onProgress({ stage: "warming-up", done: loaded.weightBytes, total: loaded.weightBytes, part: "first run" });
  try {
    await session.predict(WARM_UP_TOKENS.slice(0, loaded.spec.context), {}, signal);
    // a model that nobody waits for any more must not take the place of the one that is there
    signal.throwIfAborted();
  } catch (reason) {
    await session.dispose();
    throw reason;
  }
  const { backend, adapter, note: backendNote } = runtime;
  const { family, layers, heads, kvHeads, headDim, modelDim, neurons, vocabulary, context } = loaded.spec;
  const info: ModelInfo = {
    family,
    layers,
    heads,
    kvHeads,
    headDim,
    modelDim,
    neurons,
    vocabulary,
    context,
    name: sourceName(source),
    parameters: loaded.parameters,
    backend,
    adapter,
    backendNote,
    dtype,
    bytes: { read, weights: loaded.weightBytes },
    loadMs: performance.now() - start,
  };
  return { session, lab: new LabSession(loaded, index, session), info };
}

/** The same for the same files in the same precision; what hides behind an address may change, so whoever relies on it checks. */
const fingerprint = (source: CheckpointSource, dtype: Dtype, { spec, parameters }: LoadedModel) =>
  JSON.stringify([
    source.kind === "url"
      ? source.base
      : source.files.map(({ name, size }) => `${name} ${size}`).sort((a, b) => a.localeCompare(b)),
    dtype,
    parameters,
    spec,
  ]);

function sourceName(source: CheckpointSource): string {
  if (source.kind === "files") return source.files[0]?.webkitRelativePath.split("/")[0] || "from disk";
  const { pathname } = new URL(source.base, "http://localhost/");
  const folders = pathname.split("/").filter(Boolean);
  // a Hub address ends in owner/name/resolve/revision/
  const resolve = folders.indexOf("resolve");
  return (resolve > 0 ? folders[resolve - 1] : folders.at(-1)) ?? source.base;
}
