import { Fault } from "#core/fault.ts";
import { readArguments } from "#protocol/call.ts";
import type { Place } from "#protocol/call.ts";
import { CALL_NAMES, entryOf } from "#protocol/calls.ts";
import type { BackgroundWork, CallName, EngineApi, Serves } from "#protocol/calls.ts";
import type { JobId, Variant } from "#protocol/engine.ts";
import type { ExperimentSession } from "./experiments/experiment-session.ts";
import { PauseLatch } from "./load/pause-latch.ts";
import { inspectCheckpoint } from "./load/inspect-checkpoint.ts";
import type { Published } from "./load/published.ts";
import { Jobs } from "./run/jobs.ts";
import { LoadedVariants } from "./variants/loaded-variants.ts";
import { startRuntime } from "./run/runtime.ts";
import type { OrtModule, StartRuntime } from "./run/runtime.ts";
import { startModel } from "./load/start-model.ts";
import { PATIENCE } from "./sources/fetch-range.ts";
import { ggufInRepository } from "./sources/hub-files.ts";
import { namedFile } from "./sources/named-file.ts";
import { deleteStored, storedModels } from "./store/stored-models.ts";
import { placeFor } from "./store/stores.ts";

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/**
 * The worker's side of the contract: one model at a time, jobs that can be cancelled. Each call of the catalogue is read, and answered
 * by the method of its name in its place.
 *
 * @param onDeviceLost told when the GPU is gone; every later call will fail
 * @param published the models that come with the page; left out: there is no page
 * @param start what it runs on; left out: a browser's runtime
 */
export function createEngine(
  loadOrt: (onBytes?: (bytes: number) => void) => Promise<OrtModule>,
  onDeviceLost: (reason: string) => void,
  published?: Published,
  start: StartRuntime = startRuntime,
): EngineApi {
  const jobs = new Jobs();
  const latch = new PauseLatch();
  let current: LoadedVariants | undefined;

  const loaded = (): LoadedVariants => {
    if (!current) throw new Fault("not-loaded", "no model is loaded yet; load one first");
    return current;
  };

  /** What needs no model, or makes it another one. */
  const own: Serves<"engine"> = {
    async inspectCheckpoint(source, { backend }, signal) {
      if (source.kind === "stored")
        throw new Fault("bad-request", "a stored model was inspected before it was stored; load it as it is");
      const runtime = await start(await loadOrt(), backend, onDeviceLost);
      return inspectCheckpoint(source, (await placeFor(source)).store, runtime, signal);
    },
    ggufFiles: (source, signal) => ggufInRepository(source, { onBytes: () => undefined, patience: PATIENCE, signal }),
    readNamedFile: (address, named, signal) =>
      namedFile({ address, ...named }, { onBytes: () => undefined, patience: PATIENCE, signal }),
    storedModels,
    deleteStored,
    async pauseLoading(isPaused) {
      if (isPaused) latch.close();
      else latch.open();
    },
    async load(source, options, onProgress, signal) {
      latch.open();
      const ort = await loadOrt((done) =>
        onProgress({ stage: "reading", done, total: 0, part: "the engine’s runtime" }),
      );
      const started = await startModel(ort, {
        source,
        options,
        latch,
        onProgress,
        onDeviceLost,
        start,
        published,
        signal,
      });
      const next = new LoadedVariants(started);
      const lora = options.adapter && (await next.attachOrDispose(options.adapter, { onProgress, signal }));
      const previous = current;
      current = next;
      await previous?.dispose();
      return { ...started.info, ...(lora && { lora }) };
    },
    attachAdapter: async (source, onProgress, signal) => loaded().attach(source, { onProgress, signal }),
    detachAdapter: async () => loaded().detach(),
  };

  const places = {
    engine: () => own,
    variants: () => loaded(),
    experiments: (variant) => asCalls(loaded().experiments(variant)),
    session: (variant, signal) => loaded().session(variant, signal),
    lab: (variant, signal) => loaded().asked("lab", variant, signal),
    chains: (variant, signal) => loaded().asked("chains", variant, signal),
    traces: (variant, signal) => loaded().asked("traces", variant, signal),
    lens: (variant, signal) => loaded().asked("lens", variant, signal),
    patches: (variant, signal) => loaded().asked("patches", variant, signal),
  } satisfies { readonly [Of in Place]: (variant: Variant | undefined, signal: AbortSignal) => Serves<Of> };

  async function serve(name: CallName, job: JobId, sent: readonly unknown[]): Promise<unknown> {
    const entry = entryOf(name);
    const last = sent.at(-1);
    // the caller's reporter comes last, where there is one; nothing else that is sent is a function
    const [passed, report] = isReport(last) ? [sent.slice(0, -1), last] : [sent, () => undefined];
    const args = readArguments(name, entry, passed);
    const named = args.at(-1) as { readonly variant?: Variant } | undefined;
    const answer = (signal: AbortSignal, ...follow: readonly unknown[]) =>
      (places[entry.of](named?.variant, signal) as unknown as Record<CallName, Method>)[name](...args, ...follow);
    const { isBackground } = entry;
    if (isBackground === undefined) {
      return jobs.run(job, (signal) => answer(signal, ...(entry.reports ? [report, signal] : [signal])));
    }
    const inTurn = (signal: AbortSignal) => {
      const onProgress = (done: number, total: number) => report({ done, total });
      return answer(signal, { signal, turn: () => jobs.quiet(signal), report, onProgress });
    };
    const isPatient = isBackground === true || isBackground(named as never);
    return isPatient ? jobs.runInBackground(job, inTurn) : jobs.run(job, inTurn);
  }

  const calls = CALL_NAMES.map((name) => [name, (job: JobId, ...sent: unknown[]) => serve(name, job, sent)]);
  return { ...(Object.fromEntries(calls) as EngineApi), cancel: (job) => jobs.cancel(job) };
}

const isReport = (sent: unknown): sent is BackgroundWork<unknown>["report"] => typeof sent === "function";

/** An experiment goes on for long: it waits for its turn before each step. */
const asCalls = (session: ExperimentSession): Serves<"experiments"> => ({
  planExperiment: (request, signal) => session.plan(request, signal),
  runExperiment: (request, { report, signal, turn }) => session.run(request, report, { signal, turn }),
  outlineExperiment: (request) => session.outline(request),
  runStep: (request, { step, before }, signal) => session.runStep(request, step, before, signal),
  gatherParts: (request, { parts }) => session.gather(request, parts),
  forgetExperiment: (request) => session.forget(request),
});
