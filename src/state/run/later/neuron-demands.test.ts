import { expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import type { Moment } from "../demand.ts";
import { results } from "../results.ts";
import { neuronDemands } from "./neuron-demands.ts";

const CLEAN = { tokens: [], target: { id: 12, text: "8" } };
const OFF = { kind: "head", at: { layer: 0, head: 7 }, scale: 0 } as const;

const moment = (changes: Partial<Moment>): Moment => ({
  prompt: "3+5=",
  target: undefined,
  answer: undefined,
  interventions: [],
  info: {} as ModelInfo,
  model: { id: "abacus", name: "abacus" },
  slots: results.getInitialState(),
  inspected: undefined,
  tab: "neurons",
  count: 10,
  chain: undefined,
  reading: undefined,
  hasAdapter: false,
  ...changes,
});

/** The calls that a moment makes of the engine, as [method, prompt, options]. */
async function calls(now: Moment): Promise<unknown[][]> {
  const made: unknown[][] = [];
  const engine = new Proxy({} as Engine, {
    get: (_, name) => (prompt: unknown, options: unknown) => Promise.resolve(made.push([name, prompt, options])),
  });
  const reports = { signal: AbortSignal.abort(), partial: () => undefined, progress: () => undefined };
  for (const demand of Object.values(neuronDemands(now, CLEAN))) await demand.run(engine, reports);
  return made;
}

test("while nothing is off the neurons that give most are asked of the variant that is shown, and nothing where nobody looks", async () => {
  expect(await calls(moment({}))).toEqual([["topNeurons", "3+5=", { target: 12, count: 10 }]]);
  expect(await calls(moment({ tab: "heads" }))).toEqual([]);
});

test("with something off, or with an adapter, it is a comparison", async () => {
  expect(await calls(moment({ interventions: [OFF] }))).toEqual([
    ["compareNeurons", "3+5=", { target: 12, count: 10, interventions: [OFF] }],
  ]);
  expect(await calls(moment({ hasAdapter: true, variant: "adapted" }))).toEqual([
    ["compareNeurons", "3+5=", { target: 12, count: 10, against: { variant: "adapted" } }],
  ]);
});

test("another prompt, target, variant or length of the list is another question", () => {
  const keyOf = (changes: Partial<Moment>, target = 12) =>
    neuronDemands(moment(changes), { tokens: [], target: { id: target, text: "" } }).topNeurons!.key;
  const keys = [
    keyOf({}),
    keyOf({ prompt: "3+6=" }),
    keyOf({}, 13),
    keyOf({ variant: "adapted" }),
    keyOf({ count: 20 }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  // what would stand in for parts that are off has no part in it
  expect(keyOf({ ablationSource: ["4+4="] })).toBe(keys[0]);
});
