import { describe, expect, test } from "vitest";
import { COUNTING_SPEC as SPEC } from "#test/counting-runner.ts";
import { headAt, neuronAt } from "#test/interventions.ts";
import type { Activations } from "./activations.ts";
import { changedBlock, changedRows, NO_CHANGES } from "./changes.ts";

/** Two positions: heads 1 2 | 3 4, neurons 5 6 7 | 8 9 10, times 1, 10, 100 by layer. */
const ablationSource: Activations = {
  prompts: [[1, 2]],
  z: [1, 10, 100].map((by) => Float32Array.of(1 * by, 2 * by, 3 * by, 4 * by)),
  post: [1, 10, 100].map((by) => Float32Array.of(5 * by, 6 * by, 7 * by, 8 * by, 9 * by, 10 * by)),
};

describe("one layer's run under changes", () => {
  const interventions = [headAt(1, 0), neuronAt(1, 2, 0.5), headAt(2, 1, -2), headAt(1, 1, 3)];

  test("multiplies what is turned in it, and nothing else", () => {
    expect(changedBlock(SPEC, 1, { interventions })).toEqual({
      headScale: { rows: 1, cols: 2, data: new Float32Array([0, 3]) },
      neuronScale: { rows: 1, cols: 3, data: new Float32Array([1, 1, 0.5]) },
    });
    expect(changedBlock(SPEC, 2, { interventions })).toEqual({
      headScale: { rows: 1, cols: 2, data: new Float32Array([1, -2]) },
    });
  });

  test("is the run as it is where nothing is turned", () => {
    expect(changedBlock(SPEC, 0, { interventions, ablationSource })).toEqual({});
    expect(changedBlock(SPEC, 0, NO_CHANGES)).toEqual({});
  });

  test("adds 1 − s of the donor at every position", () => {
    expect(changedBlock(SPEC, 1, { interventions, ablationSource })).toEqual({
      headScale: { rows: 1, cols: 2, data: new Float32Array([0, 3]) },
      headFill: new Float32Array([10, 20, -2 * 30, -2 * 40]),
      neuronScale: { rows: 1, cols: 3, data: new Float32Array([1, 1, 0.5]) },
      neuronFill: new Float32Array([0, 0, 35, 0, 0, 50]),
    });
  });

  test("of one part that is turned twice is the last one's", () => {
    const { headFill, headScale } = changedBlock(SPEC, 0, {
      interventions: [headAt(0, 1, 0.5), headAt(0, 1)],
      ablationSource,
    });
    expect([...headScale!.data, ...headFill!]).toEqual([1, 0, 0, 0, 3, 4]);
  });

  test("differs from row to row", () => {
    const rows = [{ interventions: [headAt(0, 0)], ablationSource }, NO_CHANGES, { interventions: [headAt(0, 1)] }];
    expect(changedRows(SPEC, 0, rows)).toEqual({
      headScale: { rows: 3, cols: 2, data: new Float32Array([0, 1, 1, 1, 1, 0]) },
      headFill: new Float32Array([1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    });
  });
});
