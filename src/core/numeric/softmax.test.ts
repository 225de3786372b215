import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { logSumExp, softmax } from "./softmax.ts";

const logits = fc.array(fc.double({ min: -500, max: 500, noNaN: true }), { minLength: 1, maxLength: 20 });

/** Sums of a few float64 terms near 500. */
const ROUNDING = { atol: 1e-12, rtol: 1e-12 };

test("gives the values worked out by hand", () => {
  expect(logSumExp([0, 0])).toBeAllClose(Math.log(2), ROUNDING);
  expect(softmax([Math.log(1), Math.log(3)])).toBeAllClose([0.25, 0.75], ROUNDING);
});

test("neither overflows nor underflows", () => {
  expect(logSumExp([1000, 1000])).toBeAllClose(1000 + Math.log(2), ROUNDING);
  expect(softmax([-2000, -2000])).toBeAllClose([0.5, 0.5], ROUNDING);
  expect(softmax([0, -Infinity])).toEqual(new Float64Array([1, 0]));
});

test("the sum of no terms is 0, so its logarithm is −∞", () => {
  expect(logSumExp([])).toBe(-Infinity);
  expect(logSumExp([-Infinity, -Infinity])).toBe(-Infinity);
});

test("is at least the largest logit, and at most ln n above it", () => {
  fc.assert(
    fc.property(logits, (x) => {
      const above = logSumExp(x) - Math.max(...x);
      expect(above).toBeGreaterThanOrEqual(0);
      expect(above).toBeLessThanOrEqual(Math.log(x.length) + 1e-12);
    }),
  );
});

test("probabilities sum to 1, and a shift of all logits changes none of them", () => {
  fc.assert(
    fc.property(logits, fc.integer({ min: -100, max: 100 }), (x, shift) => {
      const probabilities = softmax(x);
      expect(probabilities.reduce((a, b) => a + b)).toBeAllClose(1, ROUNDING);
      // a shifted logit is rounded at up to 600 · 2⁻⁵³
      expect(softmax(x.map((logit) => logit + shift))).toBeAllClose(probabilities, { atol: 1e-12, rtol: 1e-11 });
    }),
  );
});
