import { describe, expect, test } from "vitest";
import { matrix } from "#core/numeric/matrix.ts";
import { COUNTING_SPEC, CountingRunner } from "#test/counting-runner.ts";
import type { Capture } from "../capture.ts";
import { asDirections, scoreOf, sumOfKeys } from "./keys.ts";
import { normScale } from "../lens/norm-scale.ts";
import { sourcesAt, throughHop, traceNeurons, traceSources } from "./source-tracing.ts";
import { ofHead, productsBySource } from "../lens/subvalues.ts";
import { attentionOutput, ffnOutput, sumScores } from "./transfer.ts";

/** Two layers, two positions, two dimensions, two heads of one dimension, three neurons: everything by hand. */
const row = (...values: number[]) => Float32Array.from(values);
const layer = (residPre: number[], residMid: number[], post: number[]) => ({
  residPre: matrix(2, 2, row(...residPre)),
  residMid: matrix(2, 2, row(...residMid)),
  post: matrix(2, 3, row(...post)),
  z: row(0, 0, 0, 0),
  // [head, query, key]: head 0 looks at position 0, head 1 at both
  pattern: row(1, 0, 1, 0, 1, 0, 0.25, 0.75),
});
const run: Capture = {
  ids: [1, 2],
  interventions: [{ kind: "head", at: { layer: 1, head: 1 }, scale: 0.5 }],
  layers: [
    layer([1, 0, 0, 2], [1, 1, 1, 2], [1, 2, 3, -1, 0, 4]),
    layer([3, 1, 1, 5], [3, 2, 0, 5], [0, 0, 0, 0, 0, 0]),
  ],
  residFinal: matrix(2, 2, row(4, 2, 0, 9)),
  scale: 1,
  logits: row(0, 0, 0, 0),
};

describe("sources", () => {
  test("are the embedding and what each layer below added, and make up the residual", () => {
    const sources = sourcesAt(run, 1, 1);
    expect(sources.map(({ kind, vector }) => [kind, [...vector]])).toEqual([
      ["embedding", [0, 2]],
      ["attention", [1, 0]],
      ["ffn", [0, 3]],
    ]);
    expect([...attentionOutput(run, 1, 1)]).toEqual([-1, 0]);
    expect([...ffnOutput(run, 1, 1)]).toEqual([0, 4]);
  });

  test("are scored by both directions, and add up", () => {
    const directions = { up: Float64Array.of(2, 1), gate: Float64Array.of(0, -1) };
    const traced = traceSources(run, { position: 1, belowLayer: 1 }, directions);
    expect(traced.map(({ score }) => [score.up, score.gate])).toEqual([
      [2, -2],
      [2, 0],
      [3, -3],
    ]);
    expect(sumScores(traced.map(({ score }) => score))).toEqual(scoreOf(row(1, 5), directions));
  });
});

describe("a hop", () => {
  /** W_Oᵀ d = (10 d₀, 100 d₁) and γ ⊙ W_Vᵀ mix = (mix₀, mix₁), so that factors can be read off. */
  const inner = new CountingRunner({ ...COUNTING_SPEC, normEps: 0 });
  const runner = Object.assign(inner, {
    weights: {
      ...inner.weights,
      outputProducts: (_: number, direction: ArrayLike<number>) =>
        Promise.resolve(Float64Array.of(10 * direction[0]!, 100 * direction[1]!)),
      valueDirection: (_: number, mix: ArrayLike<number>) => Promise.resolve(Float64Array.from(mix)),
      valueProducts: () => Promise.resolve(Float64Array.of(1, 10, 100)),
    },
  });
  const directions = { up: Float64Array.of(1, 1) };
  // the layer's input at position 0 is (3, 1)
  const scale = 1 / Math.sqrt(5);

  test("reads through all heads, at the scale of the position's residual", async () => {
    const { up, gate } = await throughHop(runner, run, { layer: 1, position: 0, weights: "none" }, directions);
    expect(up).toBeAllClose([10 * scale, 100 * scale], { atol: 1e-12, rtol: 1e-12 });
    expect(gate).toBeUndefined();
  });

  test("reads through one head", async () => {
    const { up } = await throughHop(runner, run, { layer: 1, head: 1, position: 0, weights: "none" }, directions);
    expect(up).toBeAllClose([0, 100 * scale], { atol: 1e-12, rtol: 1e-12 });
  });

  test("weighs the heads by their attention and by what they were scaled by", async () => {
    const { up } = await throughHop(runner, run, { layer: 1, position: 0, weights: "attention" }, directions);
    expect(up).toBeAllClose([10 * scale, 100 * scale * 0.25 * 0.5], { atol: 1e-12, rtol: 1e-12 });
  });

  test("ends at neurons, each by its own activation", async () => {
    const found = await traceNeurons(runner, run, { layer: 0, position: 1 }, directions);
    expect(found.map(({ neuron, activation, score }) => [neuron, activation, score.up])).toEqual([
      [0, -1, -1],
      [1, 0, 0],
      [2, 4, 400],
    ]);
  });
});

test("a norm's scale is one over the root mean square, or over the deviation", () => {
  expect(normScale({ norm: "rms", normEps: 0 }, [3, 4])).toBeCloseTo(1 / Math.sqrt(12.5), 12);
  expect(normScale({ norm: "layer", normEps: 0 }, [3, 5])).toBeCloseTo(1, 12);
  expect(normScale({ norm: "layer", normEps: 0.25 }, [2, 2])).toBe(2);
});

test("what heads write along a direction comes from the positions that they read", () => {
  // two positions of two heads of two dimensions
  const mixed = matrix(2, 4, row(1, 2, 3, 4, 5, 6, 7, 8));
  expect(productsBySource(mixed, Float64Array.of(1, 0, 10, 1), { headDim: 2 })).toEqual([
    [1, 5],
    [34, 78],
  ]);
  expect([...ofHead(row(1, 2, 3, 4), 1, 2)]).toEqual([0, 0, 3, 4]);
});

test("keys are met one by one, and summed for lists", () => {
  const directions = asDirections({ up: row(1, 2), gate: row(0, 1) });
  expect(scoreOf(row(3, 4), directions)).toEqual({ up: 11, gate: 4 });
  expect(scoreOf(row(3, 4), asDirections({ up: row(1, 2) }))).toEqual({ up: 11 });
  expect([sumOfKeys({ up: 1, gate: 2 }), sumOfKeys({ up: 1 })]).toEqual([3, 1]);
});
