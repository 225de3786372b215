import { describe, expect, test } from "vitest";
import { scoresOf } from "#test/case-scores.ts";
import { biasCurve } from "./bias-curve.ts";
import type { BiasCase, BiasOptions } from "./bias-curve.ts";

const EXACT = { atol: 1e-12 };

/** Gaps as it is; with k = 1 and two random sets; with k = 3 and two random sets. */
const pair = (group: string, word: string, template: number, ...gaps: readonly number[]): BiasCase => ({
  group,
  word,
  template,
  gaps,
});
const CASES = [
  pair("woman", "nurse", 0, 2, 1, 2, 2, 0, 1, 3),
  pair("woman", "nurse", 1, 4, 3, 4, 0, 2, 3, 5),
  pair("woman", "maid", 0, 1, 1, 1, 1, -1, 2, 0),
  pair("man", "guard", 0, 1, -1, 2, 1, -1, 0, 0),
  { group: "man", word: "pilot", template: 0, gaps: undefined },
];
const CONTROLS = [
  { group: "names", scores: scoresOf("1  0 1 0  0 1 1") },
  { group: "names", scores: scoresOf("1  1 1 1  0 0 1") },
];
const OPTIONS: BiasOptions = { counts: [1, 3], randomSets: 2, seed: 1, draws: 0 };

describe("a bias", () => {
  const curve = biasCurve(CASES, CONTROLS, OPTIONS);
  const values = (of: "bias" | "reduction" | "unseen") => curve.rows.map((row) => row[of].value);

  test("is that of words over their templates, sides over their words, all over the sides", () => {
    expect(curve.pairs).toBe(4);
    // nurse (2 + 4) / 2 = 3, maid 1; guard 1
    expect(curve.sides.map(({ name, words, bias }) => [name, words, bias.value])).toEqual([
      ["woman", 2, 2],
      ["man", 1, 1],
    ]);
    expect(curve.bias.value).toBe(1.5);
    // the second template has only the nurse
    expect(curve.unseen.value).toBe(4);
  });

  test("that is left with the neurons of each k scaled", () => {
    // k = 1: nurse (1 + 3) / 2 = 2, maid 1: 3/2; guard −1. k = 3: nurse 1, maid −1: 0; guard −1
    expect(curve.rows.map(({ count, sides }) => [count, ...sides.map(({ value }) => value)])).toEqual([
      [1, 1.5, -1],
      [3, 0, -1],
    ]);
    expect(values("bias")).toEqual([0.25, -0.5]);
    expect(values("reduction")).toBeAllClose([1.25 / 1.5, 2 / 1.5], EXACT);
    expect(values("unseen")).toEqual([3, 2]);
  });

  test("that is left with each k's random sets scaled", () => {
    // k = 1: (3 + 1) / 2 = 2, with 2: 2; (1 + 1) / 2 = 1, with 1: 1. k = 3: (2 + 2) / 2 = 2, with 0: 1; (4 + 0) / 2 = 2, with 0: 1
    expect(curve.rows.map(({ random }) => random.mean)).toEqual([1.5, 1]);
    expect(curve.rows.map(({ random }) => random.spread * Math.SQRT2)).toBeAllClose([1, 0], EXACT);
  });

  test("costs what its own ablation loses of the controls, beside its own random sets", () => {
    expect(curve.controls.map(({ name, scored, accuracy }) => [name, scored, accuracy.value])).toEqual([
      ["names", 2, 1],
    ]);
    expect(curve.rows.map(({ costs }) => costs.map(({ cost }) => cost.lost.value))).toEqual([[1 / 2], [1]]);
    // lost: 0 and 1/2; 1/2 and 0
    expect(curve.rows.map(({ costs }) => costs[0]!.random.mean)).toEqual([1 / 4, 1 / 4]);
  });
});

test("intervals are over the words, each with all its templates, sides each by themselves", () => {
  const draws = 1000;
  const { sides, bias } = biasCurve(
    [
      pair("woman", "nurse", 0, 4),
      pair("woman", "nurse", 1, 2),
      pair("woman", "maid", 0, 1),
      pair("woman", "maid", 1, 1),
      pair("man", "guard", 0, 1),
      pair("man", "pilot", 0, 3),
    ],
    [],
    { ...OPTIONS, counts: [], draws },
  );
  // both words, one or the other are drawn: of nurse 3 and maid 1 that is 3, 2 or 1; templates by themselves would reach 4
  expect(sides.map((side) => side.bias)).toEqual([
    { value: 2, low: 1, high: 3 },
    { value: 2, low: 1, high: 3 },
  ]);
  // under the same draws nurse with guard and maid with pilot would make 2 throughout
  expect(bias).toEqual({ value: 2, low: 1, high: 3 });
});
