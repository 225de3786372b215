import { expect, test } from "vitest";
import type { ModelShape } from "./memory.ts";
import { expectedTimes } from "./time.ts";

const QWEN: ModelShape = {
  layers: 24,
  heads: 14,
  kvHeads: 2,
  headDim: 64,
  modelDim: 896,
  neurons: 4864,
  vocabulary: 151_936,
  context: 32_768,
  tied: true,
  ffnMatrices: 3,
  hasLearnedPositions: false,
};
/** 85 million weights in its layers, as docs/performance.md has it. */
const TWELVE: ModelShape = {
  ...QWEN,
  layers: 12,
  heads: 12,
  kvHeads: 12,
  modelDim: 768,
  neurons: 2048,
  vocabulary: 1000,
};

// the measured times of docs/performance.md; another shape, precision and number of threads than the rates were taken from
test.each([
  ["half a billion parameters, one thread: the prediction", expectedTimes(QWEN, 6, 1).predictionMs, 1_200],
  ["half a billion parameters, one thread: the sweep", expectedTimes(QWEN, 6, 1).sweepMs, 26_000],
  ["85 million, one thread: the sweep", expectedTimes(TWELVE, 5, 1).sweepMs, 2_535],
  ["85 million, two threads: the sweep", expectedTimes(TWELVE, 5, 2).sweepMs, 1_470],
])("%s is estimated within a fifth", (_what, estimate, measured) => {
  expect(estimate / measured).toBeGreaterThan(0.8);
  expect(estimate / measured).toBeLessThan(1.2);
});
