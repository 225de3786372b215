import { vi } from "vitest";
import type { End, Engine } from "#client/engine.ts";
import { Fault } from "#core/fault.ts";
import { arity } from "#protocol/call.ts";
import { CALL_NAMES, entryOf } from "#protocol/calls.ts";

/** One call as the engine got it, to be answered when the test says so. */
export interface AskedCall {
  readonly method: string;
  /** The first argument: a prompt, a source, a request. */
  readonly prompt: unknown;
  readonly options: Record<string, unknown>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((report: unknown) => void) | undefined;
  answer(value: unknown): Promise<void>;
  fail(reason: Error): Promise<void>;
}

/** An engine that keeps whatever it is asked, under vitest's clock. */
export class AskedEngine {
  readonly calls: AskedCall[] = [];
  readonly engine: Engine;
  /** How long it has given no sign. */
  tellSilence: (ms: number | undefined) => void = () => undefined;
  readonly #stopListeners = new Set<(reason: Fault, end: End) => void>();
  readonly #pending = new Set<(reason: Fault) => void>();

  constructor() {
    this.engine = {
      ...Object.fromEntries(CALL_NAMES.map((name) => [name, this.#record(name, arity(entryOf(name)) === 2)])),
      onStopped: (listener: (reason: Fault, end: End) => void) => {
        this.#stopListeners.add(listener);
        return () => this.#stopListeners.delete(listener);
      },
      onSilence: (listener: (ms: number | undefined) => void) => {
        this.tellSilence = listener;
        return () => undefined;
      },
      restart: () =>
        this.stop(new Fault("engine-stopped", "the engine was ended because it gave no sign any more"), "asked"),
    } as unknown as Engine;
  }

  /** Fails what is pending and tells of it, in the order of the real one. */
  stop(reason: Fault, end: End = "lost"): void {
    for (const reject of this.#pending) reject(reason);
    this.#pending.clear();
    for (const listener of this.#stopListeners) listener(reason, end);
  }

  waiting(method: string): AskedCall[] {
    return this.calls.filter((call) => call.method === method && !call.signal?.aborted);
  }

  last(method: string): AskedCall {
    const call = this.waiting(method).at(-1);
    if (!call) throw new Error(`no ${method} is waiting; calls: ${this.calls.map((each) => each.method).join(", ")}`);
    return call;
  }

  #record(method: string, hasOptions: boolean) {
    return (prompt: unknown, ...rest: readonly unknown[]) =>
      new Promise((resolve, reject) => {
        const [options, call] = (hasOptions ? rest : [{}, ...rest]) as [
          AskedCall["options"],
          Partial<AskedCall> | undefined,
        ];
        const { signal, onProgress } = call ?? {};
        signal?.addEventListener("abort", () => reject(new Fault("cancelled", "the call was cancelled")));
        this.#pending.add(reject);
        this.calls.push({
          method,
          prompt,
          options,
          signal,
          onProgress,
          answer: (value) => (resolve(value), settle()),
          fail: (reason) => (reject(reason), settle()),
        });
      });
  }
}

/** Lets everything that is due happen. */
export const settle = () => vi.advanceTimersByTimeAsync(0).then(() => undefined);
