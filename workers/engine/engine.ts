import { Fault } from "#core/fault.ts";
import type { EngineApi, VariantOptions } from "#protocol/engine.ts";
import { Gate } from "./gate.ts";
import { inspectCheckpoint } from "./inspect-checkpoint.ts";
import { Jobs } from "./jobs.ts";
import { LoadedVariants } from "./loaded-variants.ts";
import { startRuntime } from "./runtime.ts";
import type { OrtModule } from "./runtime.ts";
import { startModel } from "./start-model.ts";
import { deleteStored, storedModels } from "./store/stored-models.ts";
import { storeFor } from "./store/stores.ts";

/**
 * The worker's side of the contract: one model at a time, jobs that can be cancelled.
 *
 * @param onDeviceLost told when the GPU is gone; every later call will fail
 */
export function createEngine(loadOrt: () => Promise<OrtModule>, onDeviceLost: (reason: string) => void): EngineApi {
  const jobs = new Jobs();
  const gate = new Gate();
  let current: LoadedVariants | undefined;

  const loaded = (): LoadedVariants => {
    if (!current) throw new Fault("not-loaded", "no model is loaded yet; load one first");
    return current;
  };
  const model = ({ variant }: VariantOptions = {}) => loaded().session(variant);

  return {
    inspectCheckpoint: (job, source, { backend }) =>
      jobs.run(job, async () => {
        if (source.kind === "stored")
          throw new Fault("bad-request", "what is stored was inspected before it was loaded");
        const runtime = await startRuntime(await loadOrt(), backend, onDeviceLost);
        return inspectCheckpoint(source, await storeFor(source), runtime);
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
    tokenize: (job, text) => jobs.run(job, async () => model().tokenize(text)),
    predict: (job, prompt, options) => jobs.run(job, (signal) => model(options).predict(prompt, options, signal)),
    generate: (job, prompt, options) => jobs.run(job, (signal) => model(options).generate(prompt, options, signal)),
    sweepHeads: (job, prompt, options, onRow) =>
      jobs.run(job, (signal) => model(options).sweepHeads(prompt, options, onRow, signal)),
    layerIncrease: (job, prompt, options) => jobs.run(job, () => model(options).layerIncrease(prompt, options)),
    topNeurons: (job, prompt, options) => jobs.run(job, (signal) => model(options).topNeurons(prompt, options, signal)),
    compareNeurons: (job, prompt, options, onProgress) =>
      jobs.run(job, (signal) => loaded().compareNeurons(prompt, options, onProgress, signal)),
    neuron: (job, at, options) => jobs.run(job, () => model(options).neuron(at, options)),
    inspectNeuron: (job, prompt, options) =>
      jobs.run(job, (signal) => model(options).inspectNeuron(prompt, options, signal)),
    inspectHead: (job, prompt, options) =>
      jobs.run(job, (signal) => model(options).inspectHead(prompt, options, signal)),
    cancel: (job) => jobs.cancel(job),
  };
}
