import * as Comlink from "comlink";
import { Fault } from "#core/fault.ts";
import type { FaultCode } from "#core/fault.ts";
import type { ChainApi } from "#protocol/chain.ts";
import type { EngineApi, JobId } from "#protocol/engine.ts";
import type { ExperimentApi } from "#protocol/experiments.ts";
import type { LabApi } from "#protocol/lab.ts";
import { ALIVE_LOCK_PREFIX, DEVICE_LOST_MESSAGE } from "#protocol/lifecycle.ts";
import type { CallOptions, End, Engine } from "./engine.ts";
import { Silence } from "./silence.ts";

type Api = EngineApi & LabApi & ExperimentApi & ChainApi;
type Method = Exclude<keyof Api, "cancel">;
type Result<M extends Method> = Awaited<ReturnType<Api[M]>>;

/** One worker and what is pending in it. */
interface Running {
  readonly worker: Worker;
  readonly api: Comlink.Remote<Api>;
  /** Rejects one call each that the worker has not settled; one that was given up is among them until the worker has heard of it. */
  readonly pending: Map<JobId, { readonly method: Method; readonly reject: (reason: Fault) => void }>;
  readonly watch: AbortController;
  readonly silence: Silence;
  /** Where runs are not cut, and each of a new shape has its shaders compiled first. */
  isOnGpu: boolean;
}

/** What sets up sessions. */
const SETS_UP: ReadonlySet<Method> = new Set(["load", "attachAdapter"]);

let lastJob: JobId = 0;

/** Starts a worker and speaks to it. `start` makes a fresh worker each time it is called; the name is passed on to it. */
export function workerEngine(start: (name: string) => Worker): Engine {
  const listeners = new Set<(reason: Fault, end: End) => void>();
  const silenceListeners = new Set<(ms: number | undefined) => void>();
  /** None once a worker is gone: the next call starts the next one, so that a script that cannot start is not tried in a circle. */
  let running: Running | undefined = launch();

  function launch(): Running {
    const name = `${ALIVE_LOCK_PREFIX}${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
    const worker = start(name);
    let hasSpoken = false;
    const launched: Running = {
      worker,
      api: Comlink.wrap<Api>(worker),
      pending: new Map(),
      watch: new AbortController(),
      silence: new Silence(
        () =>
          !hasSpoken || launched.isOnGpu || [...launched.pending.values()].some(({ method }) => SETS_UP.has(method)),
        (ms) => silenceListeners.forEach((listener) => listener(ms)),
      ),
      isOnGpu: false,
    };
    const onDeath = (reason: Fault) => {
      if (launched === running) stop(reason);
    };
    worker.addEventListener("error", (event) => {
      onDeath(
        new Fault("engine-stopped", `the engine's worker stopped: ${event.message || "it could not be started"}`),
      );
    });
    worker.addEventListener("message", (event: MessageEvent<unknown>) => {
      hasSpoken = true;
      launched.silence.sign();
      if (isDeviceLost(event.data)) onDeath(new Fault("device-lost", event.data.reason));
    });
    watchLife(name, worker, launched.watch.signal, () =>
      onDeath(new Fault("engine-stopped", "the engine's worker ended without a word, perhaps for want of memory")),
    );
    return launched;
  }

  function stop(reason: Fault, how: End = "lost"): void {
    if (running) end(running, reason);
    running = undefined;
    for (const listener of listeners) listener(reason, how);
  }

  function call<M extends Method>(method: M, options: CallOptions | undefined, ...args: unknown[]): Promise<Result<M>> {
    running ??= launch();
    const { api, pending, silence } = running;
    const job = ++lastJob;
    const signal = options?.signal;
    return new Promise<Result<M>>((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled());
      const onAbort = () => {
        void api.cancel(job);
        reject(cancelled());
      };
      signal?.addEventListener("abort", onAbort);
      pending.set(job, { method, reject });
      silence.begin();
      const send = api[method] as unknown as (job: JobId, ...rest: unknown[]) => Promise<Result<M>>;
      send(job, ...args)
        .then(resolve, (reason: unknown) => {
          const fault = asFault(reason);
          reject(fault);
          // the worker lives but says itself that it can do no more
          if (fault.code === "engine-stopped" && api === running?.api) stop(fault);
        })
        .finally(() => {
          pending.delete(job);
          if (pending.size === 0) silence.end();
          signal?.removeEventListener("abort", onAbort);
        });
    });
  }

  return {
    inspectCheckpoint: (source, options = {}, on) => call("inspectCheckpoint", on, source, options),
    storedModels: (on) => call("storedModels", on),
    deleteStored: (ids, on) => call("deleteStored", on, ids),
    pauseLoading: (isPaused, on) => call("pauseLoading", on, isPaused),
    load: async (source, options = {}, on) => {
      const info = await call("load", on, source, options, report(on));
      if (running) running.isOnGpu = info.backend === "webgpu";
      return info;
    },
    attachAdapter: (source, on) => call("attachAdapter", on, source, report(on)),
    detachAdapter: (on) => call("detachAdapter", on),
    tokenize: (text, on) => call("tokenize", on, text),
    tokenEnds: (text, most, on) => call("tokenEnds", on, text, most),
    predict: (prompt, options = {}, on) => call("predict", on, prompt, options, report(on)),
    scoreAnswer: (prompt, options, on) => call("scoreAnswer", on, prompt, options),
    generate: (prompt, options, on) => call("generate", on, prompt, options),
    sweepHeads: (prompt, options = {}, on) => call("sweepHeads", on, prompt, options, report(on)),
    layerIncrease: (prompt, options = {}, on) => call("layerIncrease", on, prompt, options),
    topNeurons: (prompt, options, on) => call("topNeurons", on, prompt, options),
    compareNeurons: (prompt, options, on) => call("compareNeurons", on, prompt, options, report(on)),
    neuron: (at, options = {}, on) => call("neuron", on, at, options),
    inspectNeuron: (prompt, options, on) => call("inspectNeuron", on, prompt, options),
    inspectHead: (prompt, options, on) => call("inspectHead", on, prompt, options),
    buildIndex: (options = {}, on) => call("buildIndex", on, options, report(on)),
    searchNeurons: (options, on) => call("searchNeurons", on, options, report(on)),
    searchConcepts: (options, on) => call("searchConcepts", on, options, report(on)),
    operandPlot: (options, on) => call("operandPlot", on, options, report(on)),
    neuronGroup: (prompt, options, on) => call("neuronGroup", on, prompt, options),
    neuronWiring: (at, options = {}, on) => call("neuronWiring", on, at, options),
    planExperiment: (request, on) => call("planExperiment", on, request),
    runExperiment: (request, on) => call("runExperiment", on, request, report(on)),
    forgetExperiment: (request, on) => call("forgetExperiment", on, request),
    layerValues: (prompt, options = {}, on) => call("layerValues", on, prompt, options),
    headValues: (prompt, options = {}, on) => call("headValues", on, prompt, options),
    positionValues: (prompt, options, on) => call("positionValues", on, prompt, options),
    comparePrompts: (prompt, options, on) => call("comparePrompts", on, prompt, options, report(on)),
    featureTransfer: (prompt, options, on) => call("featureTransfer", on, prompt, options),
    traceSources: (prompt, options, on) => call("traceSources", on, prompt, options),
    tracePositions: (prompt, options, on) => call("tracePositions", on, prompt, options),
    traceNeurons: (prompt, options, on) => call("traceNeurons", on, prompt, options),
    enhancingGraph: (prompt, options, on) => call("enhancingGraph", on, prompt, options),
    chain: (prompt, options = {}, on) => call("chain", on, prompt, options, report(on)),
    attentionNeurons: (prompt, options, on) => call("attentionNeurons", on, prompt, options),
    queryNeurons: (prompt, options, on) => call("queryNeurons", on, prompt, options),
    onStopped(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onSilence(listener) {
      silenceListeners.add(listener);
      return () => silenceListeners.delete(listener);
    },
    restart: () => stop(new Fault("engine-stopped", "the engine was ended because it gave no sign any more"), "asked"),
  };

  /** A reporter that stays quiet once the caller has given up. Reports come on ports of their own; each is a sign. */
  function report<Report>(options: CallOptions<Report> | undefined) {
    return Comlink.proxy((progress: Report) => {
      running?.silence.sign();
      if (!options?.signal?.aborted) options?.onProgress?.(progress);
    });
  }
}

function end(running: Running, reason: Fault): void {
  running.watch.abort();
  running.silence.end();
  running.worker.terminate();
  for (const { reject } of running.pending.values()) reject(reason);
  running.pending.clear();
}

/**
 * A worker that closes itself or is killed fires no event. It holds a Web Lock of its name while it lives; being granted
 * that lock means that it is gone. A browser gives locks to secure contexts alone; without them the worker says no name.
 */
function watchLife(name: string, worker: Worker, signal: AbortSignal, onDeath: () => void): void {
  const onMessage = (event: MessageEvent<unknown>) => {
    if (event.data !== name) return;
    worker.removeEventListener("message", onMessage);
    navigator.locks.request(name, { signal }, onDeath).catch(() => {
      // the watch was called off because the worker was ended on purpose
    });
  };
  worker.addEventListener("message", onMessage);
}

function isDeviceLost(data: unknown): data is { readonly type: string; readonly reason: string } {
  return typeof data === "object" && data !== null && "type" in data && data.type === DEVICE_LOST_MESSAGE;
}

const cancelled = () => new Fault("cancelled", "the call was cancelled");

/** What comlink hands over is a plain Error with the fields that the worker's side kept. */
function asFault(reason: unknown): Fault {
  if (reason instanceof Fault) return reason;
  const { code, message } = reason as { readonly code?: unknown; readonly message?: string };
  // a DOMException of our own side, as for what cannot be cloned, has a number for a code
  return new Fault(typeof code === "string" ? (code as FaultCode) : "internal", message ?? String(reason));
}
