import { beforeEach, describe, expect, test } from "vitest";
import type { Chain } from "#protocol/chain.ts";
import { crowdedChain } from "#test/chains.ts";
import { effectAlone } from "./effect-alone.ts";
import { EMPTY_SLOT, clearResults, results } from "./run/results.ts";
import type { Slots } from "./run/results.ts";
import type { Subject } from "./subject.ts";

const ABOUT: Subject = {
  model: { id: "abacus", name: "abacus" },
  variant: "base",
  prompt: "3+5=",
  tokens: [],
  token: undefined,
  target: undefined,
  interventions: [],
};
const HEAD = { kind: "head", at: { layer: 3, head: 1 } } as const;
const NEURON = { kind: "neuron", at: { layer: 4, neuron: 1 } } as const;

/** The crowded chain with a head and a neuron that can be ablated. */
const chain = (): Chain => {
  const { nodes, ...rest } = crowdedChain();
  const off = { L3H1: { ...HEAD, scale: 0 }, L4N1: { ...NEURON, scale: 0 } };
  return {
    ...rest,
    nodes: nodes.map((node) => (node.id in off ? { ...node, switchOff: [off[node.id as keyof typeof off]] } : node)),
  };
};

const ROWS = [[-1], [-1], [-1], [-1, -4.5]];
let slots: Slots;
beforeEach(() => {
  clearResults();
  slots = {
    ...results.getState(),
    sweep: { ...EMPTY_SLOT, value: { target: 8, baseline: -0.5, logProbability: ROWS }, about: ABOUT },
    chain: { ...EMPTY_SLOT, value: chain(), about: ABOUT },
  };
});

describe("with nothing else off a part is worth", () => {
  test("what the sweep has of a head", () => {
    expect(effectAlone(slots, HEAD, ABOUT)).toBe(4);
    expect(effectAlone(slots, HEAD, undefined)).toBe(4);
  });

  test("what the chain has of a head whose row is still to come, and of a neuron", () => {
    const rows = [...ROWS.slice(0, 3), [Number.NaN, Number.NaN]];
    const sweep = { ...slots.sweep, value: { ...slots.sweep.value!, logProbability: rows } };
    expect(effectAlone({ ...slots, sweep }, HEAD, ABOUT)).toBe(10.25);
    expect(effectAlone(slots, NEURON, ABOUT)).toBe(10.25);
    expect(effectAlone(slots, { kind: "neuron", at: { layer: 7, neuron: 7 } }, ABOUT)).toBeUndefined();
  });

  test.each<[string, Subject]>([
    ["another prompt", { ...ABOUT, prompt: "3+6=" }],
    ["another variant", { ...ABOUT, variant: "adapted" }],
    ["another target", { ...ABOUT, target: 9 }],
    ["other prompts that stand in", { ...ABOUT, ablationSource: ["2+4="] }],
  ])("nothing that is known beside numbers of %s", (_, about) => {
    expect(effectAlone(slots, HEAD, about)).toBeUndefined();
    expect(effectAlone(slots, NEURON, about)).toBeUndefined();
  });

  test("the same beside numbers of the run with other parts off", () => {
    const about = { ...ABOUT, interventions: [{ kind: "head", at: { layer: 0, head: 0 }, scale: 0 }] } as const;
    expect(effectAlone(slots, NEURON, about)).toBe(10.25);
  });
});
