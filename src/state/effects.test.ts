import { expect, test } from "vitest";
import { headEffects, mostImportantHead, rankedHeads } from "./effects.ts";

const SWEEP = {
  target: 8,
  baseline: -0.5,
  logProbability: [
    [-0.5, -3],
    [Number.NaN, 3.5],
  ],
};

test("a head's effect is what log p loses without it: positive supports the target", () => {
  expect(headEffects(SWEEP)).toEqual([
    [0, 2.5],
    [Number.NaN, -4],
  ]);
});

test("heads are ranked by size, those that are not known left out", () => {
  expect(rankedHeads(headEffects(SWEEP)).map(({ effect }) => effect)).toEqual([-4, 2.5, 0]);
});

test("the most important head is the one that supports the target most", () => {
  expect(mostImportantHead(SWEEP)).toEqual({ at: { layer: 0, head: 1 }, effect: 2.5 });
  expect(mostImportantHead({ ...SWEEP, logProbability: [[-0.5, 0]] })).toBeUndefined();
});
