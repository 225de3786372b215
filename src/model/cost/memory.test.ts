import { describe, expect, test } from "vitest";
import { SCALE_SHAPES } from "../../../scripts/scale/checkpoint.ts";
import measured from "../../../test/golden/peaks.json" with { type: "json" };
import type { Dtype } from "../checkpoint.ts";
import { footprintOf, heldBits, parametersOf, peakBytes } from "./memory.ts";
import type { ModelShape } from "./memory.ts";

/** A shape as config.json names its dimensions, as a spec does. */
function shapeNamed(name: string): ModelShape {
  const shape = SCALE_SHAPES.find((each) => each.name === name)!;
  return {
    layers: shape.num_hidden_layers,
    heads: shape.num_attention_heads,
    kvHeads: shape.num_key_value_heads,
    headDim: shape.hidden_size / shape.num_attention_heads,
    modelDim: shape.hidden_size,
    neurons: shape.intermediate_size,
    vocabulary: shape.vocab_size,
    context: 32_768,
    tied: shape.tie_word_embeddings,
    ffnMatrices: 3,
    hasLearnedPositions: false,
  };
}

test.each(measured.peaks)("$shape in $dtype peaks at $megabytes MB, within a fifth", ({ shape, dtype, megabytes }) => {
  const footprint = footprintOf(shapeNamed(shape), heldBits(dtype as Dtype));
  const estimate = peakBytes(footprint, "wasm") / 1e6;
  expect(estimate / megabytes).toBeGreaterThan(0.8);
  expect(estimate / megabytes).toBeLessThan(1.2);
});

describe("by hand", () => {
  const shape: ModelShape = {
    layers: 2,
    heads: 4,
    kvHeads: 2,
    headDim: 8,
    modelDim: 32,
    neurons: 64,
    vocabulary: 100,
    context: 16,
    tied: true,
    ffnMatrices: 3,
    hasLearnedPositions: false,
  };
  // attention 32·8·(2·4 + 2·2) = 3072 and FFN 3·64·32 = 6144 in each layer; the vocabulary 3200
  test("weights", () => {
    expect(parametersOf(shape)).toBe(2 * 9216 + 3200);
    expect(parametersOf({ ...shape, tied: false, hasLearnedPositions: true })).toBe(2 * 9216 + 2 * 3200 + 512);
  });

  test("what is held of them, the embedding’s table aside", () => {
    expect(footprintOf(shape, 32)).toEqual({
      heldBytes: 4 * (2 * 9216 + 3200),
      largestPartBytes: 4 * 9216,
      // gate and up are one product
      expandedBytes: 4 * 2 * 64 * 32,
      vocabulary: 100,
    });
    expect(footprintOf(shape, heldBits("q8")).heldBytes).toBe((9 / 8) * (2 * 9216 + 3200));
  });

  test("a product is expanded a slice of 64 MiB at a time", () => {
    expect(footprintOf({ ...shape, vocabulary: 1e6 }, heldBits("q4")).expandedBytes).toBe(2 ** 26);
  });
});

test("what is held on a GPU is not in the runtime’s memory, and is the tab’s all the same", () => {
  const footprint = { heldBytes: 4e9, largestPartBytes: 1e8, expandedBytes: 6e7, vocabulary: 32_000 };
  expect(peakBytes(footprint, "webgpu")).toBeGreaterThan(4.4e9);
  expect(peakBytes(footprint, "webgpu")).toBeLessThan(peakBytes(footprint, "wasm"));
});
