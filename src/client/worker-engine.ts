import * as Comlink from "comlink";
import { Fault } from "#core/fault.ts";
import type { FaultCode } from "#core/fault.ts";
import { isRecord } from "#core/record.ts";
import type { CallName, EngineApi } from "#protocol/calls.ts";
import type { JobId, ModelInfo } from "#protocol/engine.ts";
import { ALIVE_LOCK_PREFIX, DEVICE_LOST_MESSAGE } from "#protocol/lifecycle.ts";
import type { CallOptions, End, Engine } from "./engine.ts";
import { Silence } from "./silence.ts";

/** One worker and what is pending in it. */
interface Running {
  readonly worker: Worker;
  readonly api: Comlink.Remote<EngineApi>;
  /** Rejects one call each that the worker has not settled; one that was given up is among them until the worker has heard of it. */
  readonly pending: Map<JobId, { readonly method: CallName; readonly reject: (reason: Fault) => void }>;
  readonly watch: AbortController;
  readonly silence: Silence;
  /** Where runs are not cut, and each of a new shape has its shaders compiled first. */
  isOnGpu: boolean;
}

/** Calls that set up sessions. */
const SETS_UP: ReadonlySet<CallName> = new Set(["load", "attachAdapter"]);

let lastJob: JobId = 0;

/** Starts a worker and speaks to it. `start` makes a fresh worker each time it is called; the name is passed on to it. */
export function workerEngine(start: (name: string) => Worker): Engine {
  const listeners = new Set<(reason: Fault, end: End) => void>();
  const silenceListeners = new Set<(ms: number | undefined) => void>();
  /** The worker; undefined once it is gone, when the next call starts another: so a script that cannot start is not started over and over. */
  let running: Running | undefined = launch();

  function launch(): Running {
    const name = `${ALIVE_LOCK_PREFIX}${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
    const worker = start(name);
    let hasSpoken = false;
    const launched: Running = {
      worker,
      api: Comlink.wrap<EngineApi>(worker),
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

  function call(method: CallName, options: CallOptions<unknown> | undefined, ...args: unknown[]): Promise<unknown> {
    running ??= launch();
    const launched = running;
    const { api, pending, silence } = launched;
    const job = ++lastJob;
    const signal = options?.signal;
    return new Promise<unknown>((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled());
      const onAbort = () => {
        void api.cancel(job);
        reject(cancelled());
      };
      signal?.addEventListener("abort", onAbort);
      pending.set(job, { method, reject });
      silence.begin();
      const send = api[method] as unknown as (job: JobId, ...rest: unknown[]) => Promise<unknown>;
      send(job, ...args)
        .then(
          (found) => {
            if (method === "load") launched.isOnGpu = (found as ModelInfo).backend === "webgpu";
            resolve(found);
          },
          (reason: unknown) => {
            const fault = asFault(reason);
            reject(fault);
            // the worker lives but says itself that it can do no more
            if (fault.code === "engine-stopped" && api === running?.api) stop(fault);
          },
        )
        .finally(() => {
          pending.delete(job);
          if (pending.size === 0) silence.end();
          signal?.removeEventListener("abort", onAbort);
        });
    });
  }

  const own: Omit<Engine, CallName> = {
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

  // whatever else is asked for is a call: the catalogue with its schemas is the worker's, and no part of the first script
  return new Proxy(own as Engine, {
    get: (engine, name, receiver) =>
      typeof name !== "string" || name in engine || name === "then"
        ? (Reflect.get(engine, name, receiver) as unknown)
        : forward(name as CallName),
  });

  /** A call of the catalogue: its arguments as they are passed, and how it is followed where that is passed last. */
  function forward(name: CallName) {
    return (...passed: readonly unknown[]) => {
      const on = passed.at(-1);
      if (!isCallOptions(on)) return call(name, undefined, ...passed);
      return call(name, on, ...passed.slice(0, -1), ...(on.onProgress ? [report(on)] : []));
    };
  }

  /** A reporter that stays quiet once the caller has given up. Reports come on ports of their own; each is a sign. */
  function report({ signal, onProgress }: CallOptions<unknown>) {
    return Comlink.proxy((progress: unknown) => {
      running?.silence.sign();
      if (!signal?.aborted) onProgress?.(progress);
    });
  }
}

/** Neither a signal nor a function can be sent: what has a place for them is for this side. No call has an option of these names. */
const isCallOptions = (last: unknown): last is CallOptions<unknown> =>
  isRecord(last) && ("signal" in last || "onProgress" in last);

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

/** The fault that a call failed with; comlink hands over a plain Error with the fields that the worker's side kept. */
function asFault(reason: unknown): Fault {
  if (reason instanceof Fault) return reason;
  const { code, message } = reason as { readonly code?: unknown; readonly message?: string };
  if (reason instanceof DOMException && reason.name === "DataCloneError") {
    return new Fault(
      "bad-request",
      `an argument cannot be sent to the engine (${reason.message}); it needs to be plain data: numbers, texts, arrays, objects, files`,
    );
  }
  // a DOMException of our own side has a number for a code
  return new Fault(typeof code === "string" ? (code as FaultCode) : "internal", message ?? String(reason));
}
