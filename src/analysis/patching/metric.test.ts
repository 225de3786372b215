import { expect, test } from "vitest";
import { metricOf, normalised } from "./metric.ts";

/** Two tokens of three, p = 1/2, 1/4, 1/4. */
const readout = { logits: [Math.log(2), 0], logSumExp: Math.log(4) };

test("metrics by hand", () => {
  expect(metricOf("logitDifference", readout)).toBeCloseTo(Math.log(2), 12);
  expect(metricOf("logProbability", readout)).toBeCloseTo(-Math.log(2), 12);
  expect(metricOf("probability", readout)).toBeCloseTo(0.5, 12);
});

test("0 is corrupted, 1 is clean, whichever is larger; without a difference there is no scale", () => {
  expect([3, 1, 2, 4].map((value) => normalised(value, { clean: 3, corrupted: 1 }))).toEqual([1, 0, 0.5, 1.5]);
  expect(normalised(0, { clean: -1, corrupted: 1 })).toBe(0.5);
  expect(normalised(2, { clean: 2, corrupted: 2 })).toBeNaN();
});
