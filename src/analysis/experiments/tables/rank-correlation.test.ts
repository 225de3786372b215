import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { rankCorrelation } from "./rank-correlation.ts";

describe("Spearman's ρ", () => {
  test("is the one worked out by hand", () => {
    // 1 − 6 Σ d² / (n (n² − 1)) with d = 1, 1, 0, 1, 1: 1 − 24 / 120
    expect(rankCorrelation([1, 2, 3, 4, 5], [2, 1, 3, 5, 4])).toBeCloseTo(0.8, 12);
    // ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / √(4.5 · 5), as scipy.stats.spearmanr
    expect(rankCorrelation([0, 7, 7, 9], [-3, 1, 2, 100])).toBeCloseTo(0.9486832980505138, 12);
  });

  const values = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 3, maxLength: 12 });

  test("is 1 of a list with itself through any rising function, −1 with its negative, and symmetric", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        fc.pre(new Set(a).size > 1);
        expect(
          rankCorrelation(
            a,
            a.map((x) => Math.exp(x)),
          ),
        ).toBeCloseTo(1, 12);
        expect(
          rankCorrelation(
            a,
            a.map((x) => -x),
          ),
        ).toBeCloseTo(-1, 12);
        const [x, y] = [a, b].map((list) => list.slice(0, Math.min(a.length, b.length)));
        expect(rankCorrelation(x!, y!)).toEqual(rankCorrelation(y!, x!));
      }),
    );
  });

  test("is no number where one side does not differ", () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(rankCorrelation([5], [5])).toBeNaN();
    expect(() => rankCorrelation([1, 2], [1])).toThrow("rank correlation: 2 values against 1");
  });
});
