import { Fault } from "#core/fault.ts";
import type { Backend, CheckpointSource } from "#model/checkpoint.ts";
import type { ChainApi } from "#protocol/chain.ts";
import type { EngineApi, LoadOptions, LoadProgress, ModelInfo } from "#protocol/engine.ts";
import { ChainSession } from "./chain-session.ts";
import { Jobs } from "./jobs.ts";
import { loadModel } from "./load-model.ts";
import { ModelSession } from "./model-session.ts";
import { startRuntime } from "./runtime.ts";
import type { OrtModule } from "./runtime.ts";
import { openSource } from "./sources.ts";
import { TraceSession } from "./trace-session.ts";

/** Small enough for everyone, exact enough that the prediction does not move. */
const DEFAULT_DTYPE = "q8";
/** A prompt for the first run, which compiles the shaders. */
const WARM_UP_TOKENS = [0, 0, 0];

/**
 * The worker's side of the contract: one model at a time, jobs that can be cancelled.
 *
 * @param onDeviceLost told when the GPU is gone; every later call will fail
 */
export function createEngine(
  loadOrt: () => Promise<OrtModule>,
  onDeviceLost: (reason: string) => void,
): EngineApi & ChainApi {
  const jobs = new Jobs();
  let current:
    | { readonly session: ModelSession; readonly chains: ChainSession; readonly traces: TraceSession }
    | undefined;

  const loaded = () => {
    if (!current) throw new Fault("not-loaded", "no model is loaded yet; load one first");
    return current;
  };
  const model = () => loaded().session;
  const chains = () => loaded().chains;
  const traces = () => loaded().traces;

  return {
    load: (job, source, options, onProgress) =>
      jobs.run(job, async (signal) => {
        const ort = await loadOrt();
        const { info, ...started } = await load(ort, { source, options, onProgress, onDeviceLost, signal });
        const previous = current;
        current = started;
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
    layerValues: (job, prompt, options) => jobs.run(job, () => chains().layerValues(prompt, options)),
    headValues: (job, prompt, options) => jobs.run(job, () => chains().headValues(prompt, options)),
    positionValues: (job, prompt, options) => jobs.run(job, () => chains().positionValues(prompt, options)),
    comparePrompts: (job, prompt, options, onProgress) =>
      jobs.run(job, (signal) => chains().comparePrompts(prompt, options, onProgress, signal)),
    featureTransfer: (job, prompt, options) => jobs.run(job, () => traces().featureTransfer(prompt, options)),
    traceSources: (job, prompt, options) => jobs.run(job, () => traces().traceSources(prompt, options)),
    tracePositions: (job, prompt, options) => jobs.run(job, () => traces().tracePositions(prompt, options)),
    traceNeurons: (job, prompt, options) => jobs.run(job, () => traces().traceNeurons(prompt, options)),
    enhancingGraph: (job, prompt, options) =>
      jobs.run(job, (signal) => chains().enhancingGraph(prompt, options, signal)),
    chain: (job, prompt, options, onProgress) =>
      jobs.run(job, (signal) => chains().chain(prompt, options, onProgress, signal)),
    attentionNeurons: (job, prompt, options) =>
      jobs.run(job, (signal) => chains().attentionNeurons(prompt, options, signal)),
    queryNeurons: (job, prompt, options) => jobs.run(job, (signal) => chains().queryNeurons(prompt, options, signal)),
    cancel: (job) => jobs.cancel(job),
  };
}

interface LoadRequest {
  readonly source: CheckpointSource;
  readonly options: LoadOptions;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly onDeviceLost: (reason: string) => void;
  readonly signal: AbortSignal;
}

async function load(
  ort: OrtModule,
  request: LoadRequest,
): Promise<{ session: ModelSession; chains: ChainSession; traces: TraceSession; info: ModelInfo }> {
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
  const session = new ModelSession(loaded);
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
  return { session, chains: new ChainSession(loaded, session), traces: new TraceSession(loaded, session), info };
}

function sourceName(source: CheckpointSource): string {
  if (source.kind === "files") return source.files[0]?.webkitRelativePath.split("/")[0] || "from disk";
  const { pathname } = new URL(source.base, "http://localhost/");
  const folders = pathname.split("/").filter(Boolean);
  // a Hub address ends in owner/name/resolve/revision/
  const resolve = folders.indexOf("resolve");
  return (resolve > 0 ? folders[resolve - 1] : folders.at(-1)) ?? source.base;
}
