import type { ChunkedWork } from "#analysis/projection.ts";
import { Fault } from "#core/fault.ts";
import type { ChainApi } from "#protocol/chain.ts";
import type { EngineApi, JobId, Progress, VariantOptions } from "#protocol/engine.ts";
import type { ExperimentApi } from "#protocol/experiments.ts";
import type { LabApi } from "#protocol/lab.ts";
import { Gate } from "./gate.ts";
import { inspectCheckpoint } from "./inspect-checkpoint.ts";
import { Jobs } from "./jobs.ts";
import { reportTo } from "./lab-session.ts";
import { LoadedVariants } from "./loaded-variants.ts";
import { startRuntime } from "./runtime.ts";
import type { OrtModule } from "./runtime.ts";
import { startModel } from "./start-model.ts";
import { deleteStored, storedModels } from "./store/stored-models.ts";
import { placeFor } from "./store/stores.ts";

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
  let current: LoadedVariants | undefined;

  const loaded = (): LoadedVariants => {
    if (!current) throw new Fault("not-loaded", "no model is loaded yet; load one first");
    return current;
  };
  const model = ({ variant }: VariantOptions, signal: AbortSignal) => loaded().session(variant, signal);
  const lab = ({ variant }: VariantOptions, signal: AbortSignal) => loaded().lab(variant, signal);
  const experiments = ({ variant }: VariantOptions) => loaded().experiments(variant);
  const chains = ({ variant }: VariantOptions, signal: AbortSignal) => loaded().chains(variant, signal);
  const traces = ({ variant }: VariantOptions, signal: AbortSignal) => loaded().traces(variant, signal);
  /** For work that others go before. */
  const inBackground = <T>(
    job: JobId,
    onProgress: (progress: Progress) => void,
    task: (work: ChunkedWork, signal: AbortSignal) => Promise<T>,
  ) =>
    jobs.runInBackground(job, (signal) =>
      task({ signal, turn: () => jobs.quiet(signal), onProgress: reportTo(onProgress) }, signal),
    );

  return {
    inspectCheckpoint: (job, source, { backend }) =>
      jobs.run(job, async (signal) => {
        if (source.kind === "stored")
          throw new Fault("bad-request", "what is stored was inspected before it was loaded");
        const runtime = await startRuntime(await loadOrt(), backend, onDeviceLost);
        return inspectCheckpoint(source, (await placeFor(source)).store, runtime, signal);
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
        const started = await startModel(ort, { source, options, gate, onProgress, onDeviceLost, signal });
        const next = new LoadedVariants(started);
        const lora = options.adapter && (await next.attachOrDispose(options.adapter, { onProgress, signal }));
        const previous = current;
        current = next;
        await previous?.dispose();
        return { ...started.info, ...(lora && { lora }) };
      }),
    attachAdapter: (job, source, onProgress) =>
      jobs.run(job, (signal) => loaded().attach(source, { onProgress, signal })),
    detachAdapter: (job) => jobs.run(job, () => loaded().detach()),
    tokenize: (job, text) => jobs.run(job, async (signal) => model({}, signal).tokenize(text)),
    tokenEnds: (job, text, most) => jobs.run(job, async (signal) => model({}, signal).tokenEnds(text, most)),
    predict: (job, prompt, options, onProgress) =>
      jobs.run(job, (signal) => model(options, signal).predict(prompt, options, signal, onProgress)),
    scoreAnswer: (job, prompt, options) =>
      jobs.run(job, (signal) => model(options, signal).scoreAnswer(prompt, options, signal)),
    generate: (job, prompt, options) =>
      jobs.run(job, (signal) => model(options, signal).generate(prompt, options, signal)),
    sweepHeads: (job, prompt, options, onRow) =>
      jobs.run(job, (signal) => model(options, signal).sweepHeads(prompt, options, onRow, signal)),
    layerIncrease: (job, prompt, options) =>
      jobs.run(job, (signal) => model(options, signal).layerIncrease(prompt, options)),
    topNeurons: (job, prompt, options) =>
      jobs.run(job, (signal) => model(options, signal).topNeurons(prompt, options, signal)),
    compareNeurons: (job, prompt, options, onProgress) =>
      jobs.run(job, (signal) => loaded().compareNeurons(prompt, options, onProgress, signal)),
    neuron: (job, at, options) => jobs.run(job, (signal) => model(options, signal).neuron(at, options)),
    inspectNeuron: (job, prompt, options) =>
      jobs.run(job, (signal) => model(options, signal).inspectNeuron(prompt, options, signal)),
    inspectHead: (job, prompt, options) =>
      jobs.run(job, (signal) => model(options, signal).inspectHead(prompt, options, signal)),
    buildIndex: (job, options, onProgress) =>
      inBackground(job, onProgress, (work, signal) => lab(options, signal).buildIndex(work)),
    searchNeurons: (job, options, onProgress) =>
      options.by === "rank"
        ? inBackground(job, onProgress, (work, signal) => lab(options, signal).searchNeurons(options, work))
        : jobs.run(job, (signal) => lab(options, signal).searchNeurons(options, { signal })),
    searchConcepts: (job, options, onProgress) =>
      inBackground(job, onProgress, (work, signal) => lab(options, signal).searchConcepts(options, work)),
    operandPlot: (job, options, onCells) =>
      jobs.run(job, (signal) => lab(options, signal).operandPlot(options, onCells, signal)),
    neuronGroup: (job, prompt, options) =>
      jobs.run(job, (signal) => lab(options, signal).neuronGroup(prompt, options, signal)),
    neuronWiring: (job, at, options) => jobs.run(job, (signal) => lab(options, signal).neuronWiring(at, options)),
    planExperiment: (job, request) => jobs.run(job, (signal) => experiments(request).plan(request, signal)),
    runExperiment: (job, request, onProgress) =>
      jobs.runInBackground(job, (signal) =>
        experiments(request).run(request, onProgress, { signal, turn: () => jobs.quiet(signal) }),
      ),
    forgetExperiment: (job, request) => jobs.run(job, () => experiments(request).forget(request)),
    layerValues: (job, prompt, options) =>
      jobs.run(job, (signal) => chains(options, signal).layerValues(prompt, options)),
    headValues: (job, prompt, options) =>
      jobs.run(job, (signal) => chains(options, signal).headValues(prompt, options)),
    positionValues: (job, prompt, options) =>
      jobs.run(job, (signal) => chains(options, signal).positionValues(prompt, options)),
    comparePrompts: (job, prompt, options, onProgress) =>
      jobs.run(job, (signal) => chains(options, signal).comparePrompts(prompt, options, onProgress, signal)),
    featureTransfer: (job, prompt, options) =>
      jobs.run(job, (signal) => traces(options, signal).featureTransfer(prompt, options)),
    traceSources: (job, prompt, options) =>
      jobs.run(job, (signal) => traces(options, signal).traceSources(prompt, options)),
    tracePositions: (job, prompt, options) =>
      jobs.run(job, (signal) => traces(options, signal).tracePositions(prompt, options)),
    traceNeurons: (job, prompt, options) =>
      jobs.run(job, (signal) => traces(options, signal).traceNeurons(prompt, options)),
    enhancingGraph: (job, prompt, options) =>
      jobs.run(job, (signal) => chains(options, signal).enhancingGraph(prompt, options, signal)),
    chain: (job, prompt, options, onProgress) =>
      jobs.run(job, (signal) => chains(options, signal).chain(prompt, options, onProgress, signal)),
    attentionNeurons: (job, prompt, options) =>
      jobs.run(job, (signal) => chains(options, signal).attentionNeurons(prompt, options, signal)),
    queryNeurons: (job, prompt, options) =>
      jobs.run(job, (signal) => chains(options, signal).queryNeurons(prompt, options, signal)),
    cancel: (job) => jobs.cancel(job),
  };
}
