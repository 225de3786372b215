import type { Engine } from "#client/engine.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import type { Demands, Moment } from "#state/run/demand.ts";
import { results } from "#state/run/results.ts";

/** The clean run of `askedMoment`, whose answer is token 12. */
export const CLEAN = { tokens: [], target: { id: 12, text: "8" } };

/** A head that is ablated. */
export const OFF = { kind: "head", at: { layer: 0, head: 7 }, scale: 0 } as const;

/** A moment at which nothing has been answered yet and nothing is ablated, but for what the test says of it. */
export const askedMoment = (changes: Partial<Moment> = {}): Moment => ({
  prompt: "3+5=",
  target: undefined,
  answer: undefined,
  interventions: [],
  info: { layers: 1, heads: 2 } as ModelInfo,
  model: { id: "abacus", name: "abacus" },
  slots: results.getInitialState(),
  inspected: undefined,
  tab: "heads",
  count: 10,
  chain: undefined,
  reading: undefined,
  hasAdapter: false,
  ...changes,
});

/** Every call that demands make of the engine, as [method, prompt, options]. */
export async function callsOf(demands: Demands): Promise<unknown[][]> {
  const made: unknown[][] = [];
  const engine = new Proxy({} as Engine, {
    get: (_, name) => (prompt: unknown, options: unknown) => Promise.resolve(made.push([name, prompt, options])),
  });
  const reports = { signal: AbortSignal.abort(), partial: () => undefined, progress: () => undefined };
  for (const demand of Object.values(demands)) await demand.run(engine, reports);
  return made;
}
