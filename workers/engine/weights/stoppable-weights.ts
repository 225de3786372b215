import type { ModelWeights } from "#analysis/runner.ts";
import { breathe } from "#core/breath.ts";

/** Weights that are read for one call. Reading them is long for a whole model, so messages are let in between. */
export function stoppableWeights(weights: ModelWeights, signal: AbortSignal): ModelWeights {
  const stopping = new Map<string | symbol, unknown>();
  return new Proxy(weights, {
    get(target, name) {
      const read = target[name as keyof ModelWeights] as (...args: unknown[]) => Promise<unknown>;
      const known = stopping.get(name);
      if (known) return known;
      const stopped = async (...args: unknown[]) => {
        signal.throwIfAborted();
        await breathe();
        signal.throwIfAborted();
        return read.apply(target, args);
      };
      stopping.set(name, stopped);
      return stopped;
    },
  });
}
