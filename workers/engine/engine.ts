import { Fault } from "#core/fault.ts";
import type { ChunkedWork } from "#analysis/projection.ts";
import type { ChainApi } from "#protocol/chain.ts";
import type { EngineApi, JobId, Progress } from "#protocol/engine.ts";
import type { ExperimentApi } from "#protocol/experiments.ts";
import type { LabApi } from "#protocol/lab.ts";
import type { ChainSession } from "./chain-session.ts";
import type { ExperimentSession } from "./experiments/experiment-session.ts";
import { Gate } from "./gate.ts";
import { inspectCheckpoint } from "./inspect-checkpoint.ts";
import { Jobs } from "./jobs.ts";
import { reportTo } from "./lab-session.ts";
import type { LabSession } from "./lab-session.ts";
import type { ModelSession } from "./model-session.ts";
import { startRuntime } from "./runtime.ts";
import type { OrtModule } from "./runtime.ts";
import { startModel } from "./start-model.ts";
import { deleteStored, storedModels } from "./store/stored-models.ts";
import { storeFor } from "./store/stores.ts";
import type { TraceSession } from "./trace-session.ts";

/**
 * The worker's side of the contract: one model at a time, jobs that can be cancelled.
 *
 * @param onDeviceLost told when the GPU is gone; every later call will fail
 */
export function createEngine(
  loadOrt: () => Promise<OrtModule>,
  onDeviceLost: (reason: string) => void,
): EngineApi & LabApi & ExperimentApi & ChainApi {
  const jobs = new Jobs();
  const gate = new Gate();
  let current:
    | {
        readonly session: ModelSession;
        readonly lab: LabSession;
        readonly experiments: ExperimentSession;
        readonly chains: ChainSession;
        readonly traces: TraceSession;
      }
    | undefined;

  const loaded = () => {
    if (!current) throw new Fault("not-loaded", "no model is loaded yet; load one first");
    return current;
  };
  const model = () => loaded().session;
  const lab = () => loaded().lab;
  const experiments = () => loaded().experiments;
  const chains = () => loaded().chains;
  const traces = () => loaded().traces;
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
    inspectCheckpoint: (job, source, { backend }) =>
      jobs.run(job, async (signal) => {
        if (source.kind === "stored")
          throw new Fault("bad-request", "what is stored was inspected before it was loaded");
        const runtime = await startRuntime(await loadOrt(), backend, onDeviceLost);
        return inspectCheckpoint(source, await storeFor(source), runtime, signal);
      }),
    storedModels: (job) => jobs.run(job, storedModels),
    deleteStored: (job, ids) => jobs.run(job, () => deleteStored(ids)),
    pauseLoading: (job, isPaused) =>
      jobs.run(job, () => {
        if (isPaused) gate.close();
        else gate.open();
        return Promise.resolve();
      }),
    load: (job, source, options, onProgress) =>
      jobs.run(job, async (signal) => {
        gate.open();
        const ort = await loadOrt();
        const { info, ...started } = await startModel(ort, {
          source,
          options,
          gate,
          onProgress,
          onDeviceLost,
          signal,
        });
        const previous = current;
        current = started;
        await previous?.session.dispose();
        return info;
      }),
    tokenize: (job, text) => jobs.run(job, async () => model().tokenize(text)),
    predict: (job, prompt, options) => jobs.run(job, (signal) => model().predict(prompt, options, signal)),
    scoreAnswer: (job, prompt, options) => jobs.run(job, (signal) => model().scoreAnswer(prompt, options, signal)),
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
    planExperiment: (job, request) => jobs.run(job, (signal) => experiments().plan(request, signal)),
    runExperiment: (job, request, onProgress) =>
      jobs.runInBackground(job, (signal) =>
        experiments().run(request, onProgress, { signal, turn: () => jobs.quiet(signal) }),
      ),
    forgetExperiment: (job, request) => jobs.run(job, () => experiments().forget(request)),
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
