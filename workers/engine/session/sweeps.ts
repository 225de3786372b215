import type { Capture } from "#analysis/capture.ts";
import { forCall } from "#analysis/runner.ts";
import type { Runner } from "#analysis/runner.ts";
import { sweepHeads } from "#analysis/ablation/sweep.ts";
import type { SweepOptions } from "#analysis/ablation/sweep.ts";

/** Sweeps that a person goes back and forth between. */
const MAX_SWEEPS = 6;

/** Who is told of each row as it arrives, and of how far the whole is. */
type Listener = Pick<SweepOptions, "onRow" | "onWork">;

/** A sweep that is under way or done. */
interface Shared {
  readonly rows: Map<number, number[]>;
  readonly listeners: Set<Listener>;
  readonly whole: Promise<number[][]>;
}

/**
 * Remembers the last sweeps, so that the map of heads and the chain do not each ablate every head. Who asks while one is under way
 * waits for it, and runs it anew if whoever began it leaves.
 */
export class Sweeps {
  readonly #runner: Runner;
  readonly #known = new Map<string, Shared>();

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** As `sweepHeads`; each row is reported once. */
  async of(clean: Capture, options: SweepOptions): Promise<number[][]> {
    const { target, ablationSource, signal } = options;
    const key = JSON.stringify([clean.ids, clean.interventions, target, ablationSource?.prompts]);
    const reported = new Set<number>();
    const listener: Listener = {
      onRow(layer, row) {
        if (reported.has(layer)) return;
        reported.add(layer);
        options.onRow(layer, row);
      },
      ...(options.onWork && { onWork: options.onWork }),
    };
    for (let known = this.#known.get(key); known; known = this.#known.get(key)) {
      signal?.throwIfAborted();
      const found = await followed(known, listener, signal);
      if (found) return found;
    }
    return this.#run(key, clean, { ...options, ...listener });
  }

  async #run(key: string, clean: Capture, options: SweepOptions): Promise<number[][]> {
    const rows = new Map<number, number[]>();
    const listeners = new Set<Listener>([options]);
    const whole = sweepHeads(forCall(this.#runner, options.signal), clean, {
      ...options,
      onRow(layer, row) {
        rows.set(layer, row);
        for (const { onRow } of listeners) onRow(layer, row);
      },
      onWork(done, total) {
        for (const { onWork } of listeners) onWork?.(done, total);
      },
    });
    this.#known.set(key, { rows, listeners, whole });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_SWEEPS) this.#known.delete(oldest!);
    try {
      return await whole;
    } catch (reason) {
      // by then it may have been pushed out and asked for again
      if (this.#known.get(key)?.whole === whole) this.#known.delete(key);
      throw reason;
    }
  }
}

/** @returns undefined if it ended without its result, or if the one who waits left */
async function followed(
  { rows, listeners, whole }: Shared,
  listener: Listener,
  signal: AbortSignal | undefined,
): Promise<number[][] | undefined> {
  for (const [layer, row] of rows) listener.onRow(layer, row);
  listeners.add(listener);
  const left = Promise.withResolvers<undefined>();
  const leave = () => left.resolve(undefined);
  signal?.addEventListener("abort", leave);
  try {
    return await Promise.race([whole, left.promise]);
  } catch {
    return undefined;
  } finally {
    listeners.delete(listener);
    signal?.removeEventListener("abort", leave);
  }
}
