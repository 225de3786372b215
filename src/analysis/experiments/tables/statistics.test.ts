import { describe, expect, test } from "vitest";
import {
  bootstrap,
  interval,
  knownMean,
  meanEstimate,
  meanOf,
  quantile,
  relativeDrop,
  relativeLoss,
  resamples,
  weightedMean,
  weightedShare,
} from "./statistics.ts";

describe("a quantile", () => {
  // NumPy 2's quantile([1, 2, 4, 8], q), whose default is the same type 7
  test.each([
    [0, 1],
    [0.025, 1.075],
    [0.5, 3],
    [0.975, 7.7],
    [1, 8],
  ])("at %d is NumPy's", (share, value) => {
    expect(quantile([1, 2, 4, 8], share)).toBeCloseTo(value, 12);
  });

  test("of nothing is not a number", () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe("a bootstrap", () => {
  test("draws as many cases as there are, the same for one seed", () => {
    const draws = resamples(7, { draws: 50, seed: 3 });
    for (const counts of draws) expect(counts.reduce((sum, count) => sum + count, 0)).toBe(7);
    expect(resamples(7, { draws: 50, seed: 3 })).toEqual(draws);
    expect(resamples(7, { draws: 50, seed: 4 })).not.toEqual(draws);
  });

  test("of two cases 0 and 1 has all three means in the shares 1 : 2 : 1", () => {
    const means = resamples(2, { draws: 8000, seed: 1 }).map((weights) => weightedMean([0, 1], weights));
    const share = (value: number) => means.filter((mean) => mean === value).length / means.length;
    // three standard deviations of a share of a quarter or a half in 8,000
    expect([share(0), share(0.5), share(1)]).toBeAllClose([0.25, 0.5, 0.25], { atol: 0.017 });
  });

  test("of 100 cases, half of them right, spans about 1.96 standard errors", () => {
    const values = Array.from({ length: 100 }, (_, index) => index % 2);
    const found = bootstrap(100, resamples(100, { draws: 4000, seed: 1 }), (weights) => weightedMean(values, weights));
    expect(found.value).toBe(0.5);
    // the binomial's own: 0.5 ± 1.96 · 0.05, in steps of 0.01
    expect([found.low, found.high]).toBeAllClose([0.4, 0.6], { atol: 0.0101 });
  });

  test("gives the ends at 2.5 % and 97.5 % of the resampled values, in whatever order they come", () => {
    // of 0 … 40 these are the second lowest and the second highest: 0.025 · 40 = 1
    const values = Array.from({ length: 41 }, (_, index) => (index * 7) % 41);
    expect(interval(3, values)).toEqual({ value: 3, low: 1, high: 39 });
  });

  test("leaves out resamples in which there is nothing to measure, and gives no interval without any", () => {
    expect(interval(0.5, [Number.NaN, 1, Number.NaN])).toEqual({ value: 0.5, low: 1, high: 1 });
    expect(interval(0.5, [])).toEqual({ value: 0.5, low: Number.NaN, high: Number.NaN });
  });
});

test("means and shares by hand", () => {
  expect(weightedMean([1, 5], [3, 1])).toBe(2);
  expect(weightedShare([1, 2], [1, 4], [2, 1])).toBe(4 / 6);
  expect(weightedShare([1], [1], [0])).toBeNaN();
  expect(meanOf([1, Number.NaN, 3])).toBe(2);
  // the paper's own: 2D+, L17H22, appendix E
  expect(relativeDrop(94.5, 39.3)).toBeCloseTo(0.584, 3);
  expect(relativeDrop(0, 0)).toBeNaN();
});

test("a relative loss is of the shares of all together, under the same draws", () => {
  // 3 of 4 are right before and 1 of 4 after
  expect(
    relativeLoss(
      [
        [1, 0, 2],
        [0, 0, 1],
      ],
      [1, 1, 2],
      [],
    ).value,
  ).toBeAllClose(2 / 3, { atol: 1e-12 });
  // of the first and the third alone 3 of 3 and 1 of 3, of the second alone nothing that could be lost
  const { low, high } = relativeLoss(
    [
      [1, 0, 2],
      [0, 0, 1],
    ],
    [1, 1, 2],
    [Uint32Array.of(1, 0, 1), Uint32Array.of(0, 3, 0)],
  );
  expect([low, high]).toBeAllClose([2 / 3, 2 / 3], { atol: 1e-12 });
});

test("a mean of what is known leaves out what is no number, and its weight", () => {
  const mean = knownMean([1, Number.NaN, 3]);
  expect(mean([1, 1, 3])).toBe(10 / 4);
  expect(mean([0, 2, 0])).toBeNaN();
  expect(meanEstimate([1, Number.NaN, 3], []).value).toBe(2);
});
