import { describe, expect, test } from "vitest";
import { scoresOf } from "#test/case-scores.ts";
import { keptLayers, pruningCurve, unionOf } from "./pruning-curve.ts";
import type { PruningOptions } from "./pruning-curve.ts";
import type { ChangedCase } from "./accuracy.ts";

const at = (layer: number, neuron: number) => ({ layer, neuron });
const ablatedCase = (group: string, each: string): ChangedCase => ({ group, scores: scoresOf(each) });

test("what is kept is the first N of every list, once each, in the order of the model", () => {
  const lists = [
    [at(3, 5), at(5, 1)],
    [at(5, 9), at(3, 5)],
  ];
  expect(unionOf(lists, 0)).toEqual([]);
  expect(unionOf(lists, 1)).toEqual([at(3, 5), at(5, 9)]);
  expect(unionOf(lists, 2)).toEqual([at(3, 5), at(5, 1), at(5, 9)]);
  expect(keptLayers({ layers: 6 }, unionOf(lists, 2), 3)).toEqual([
    { layer: 3, neurons: [5] },
    { layer: 4, neurons: [] },
    { layer: 5, neurons: [1, 9] },
  ]);
});

//                   is   N = 1 and two random sets, N = 2 and two random sets
const SUITE = [
  ablatedCase("+", "1    0 0 1   1 0 1"),
  ablatedCase("+", "1    1 0 0   1 1 1"),
  ablatedCase("-", "0    0 0 1   1 0 0"),
];
const KNOWN = [ablatedCase("+", "11   10 00 00   11 10 10"), ablatedCase("+", "1    1 1 0    1 1 1")];
const CONTROLS = [ablatedCase("capitals", "1 0 0 1 1 0 0"), ablatedCase("capitals", "0 0 0 0 0 0 0")];
const OPTIONS: PruningOptions = {
  spec: { layers: 4, neurons: 5 },
  per: "token",
  onlyCorrect: false,
  kept: [
    { count: 1, neurons: [at(2, 4)] },
    { count: 2, neurons: [at(2, 4), at(3, 0), at(3, 1)] },
  ],
  randomSets: 2,
  fromLayer: 2,
  seed: 1,
  draws: 0,
};
const EXACT = { atol: 1e-12 };

describe("a pruned model", () => {
  const curve = pruningCurve({ suite: SUITE, known: KNOWN, controls: CONTROLS }, OPTIONS);
  const [one, two] = curve.rows;

  test("keeps a share of the neurons of the layers from the third on", () => {
    expect(curve.deep).toBe(10);
    expect(curve.rows.map(({ count, neurons, share }) => [count, neurons, share])).toEqual([
      [1, 1, 0.1],
      [2, 3, 0.3],
    ]);
    expect(two!.kept).toEqual([
      { layer: 2, neurons: [4] },
      { layer: 3, neurons: [0, 1] },
    ]);
  });

  test("as the model is", () => {
    expect(curve.groups.map(({ name, scored, accuracy }) => [name, scored, accuracy.value])).toEqual([
      ["+", 2, 1],
      ["-", 1, 0],
    ]);
    expect(curve.all.value).toBe(0.5);
    expect([curve.known.scored, curve.known.accuracy.value]).toEqual([3, 1]);
    expect(curve.controls.map(({ name, scored, accuracy }) => [name, scored, accuracy.value])).toEqual([
      ["capitals", 2, 0.5],
    ]);
  });

  test("has the accuracy of its own ablation, in each group, over all and where the neurons were found", () => {
    expect(one!.groups.map(({ accuracy }) => accuracy.value)).toEqual([1 / 2, 0]);
    expect(two!.groups.map(({ accuracy }) => accuracy.value)).toEqual([1, 1]);
    expect(curve.rows.map(({ all }) => [all.accuracy.value, all.lost.value])).toEqual([
      [1 / 4, 1 / 4],
      [1, -1 / 2],
    ]);
    expect(curve.rows.map(({ known }) => known.accuracy.value)).toBeAllClose([2 / 3, 1], EXACT);
  });

  test("is held against the accuracy with its own random sets", () => {
    // N = 1: + has 0 and 1/2, − has 0 and 1: over all 0 and 3/4. N = 2: + has 1/2 and 1, − has 0 twice: 1/4 and 1/2
    expect(curve.rows.map(({ random }) => random.mean)).toBeAllClose([3 / 8, 3 / 8], EXACT);
    expect(curve.rows.map(({ random }) => random.spread * Math.SQRT2)).toBeAllClose([3 / 4, 1 / 4], EXACT);
  });

  test("costs the controls what its own ablation does, beside its own random sets", () => {
    // of two tokens one is right as it is; N = 1 and the first of its random sets lose it, and so do both of N = 2
    expect(curve.rows.map(({ costs }) => costs.map(({ cost }) => cost.lost.value))).toEqual([[1 / 2], [0]]);
    expect(curve.rows.map(({ costs }) => costs[0]!.random.mean)).toEqual([1 / 4, 1 / 2]);
    expect(curve.rows.map(({ costs }) => costs[0]!.random.spread * Math.SQRT2)).toBeAllClose([1 / 2, 0], EXACT);
  });
});

test("the controls count whether or not they are right as the model is, the suite only where it is", () => {
  const curve = pruningCurve({ suite: SUITE, known: KNOWN, controls: CONTROLS }, { ...OPTIONS, onlyCorrect: true });
  expect(curve.groups.map(({ scored }) => scored)).toEqual([2, 0]);
  expect(curve.controls.map(({ scored }) => scored)).toEqual([2]);
  expect(curve.all.value).toBe(1);
});

test("before anything is measured, what is kept is told and nothing is a number", () => {
  const later = (group: string) => [{ group, scores: undefined }];
  const { all, rows } = pruningCurve({ suite: later("+"), known: later("+"), controls: later("capitals") }, OPTIONS);
  expect(all.value).toBeNaN();
  expect(rows.map(({ neurons }) => neurons)).toEqual([1, 3]);
  expect(rows[0]!.all.accuracy.value).toBeNaN();
  expect(rows[0]!.costs).toEqual([]);
});
