import { describe, expect, test } from "vitest";
import type { NeuronCase, NeuronCurvePoint, TargetScore } from "../neuron-cases.ts";
import { neuronCurves } from "./neuron-curves.ts";
import type { NeuronCurveOptions } from "./neuron-curves.ts";

/** A token that is right has ln p = −1, one that is wrong −3. */
const right: TargetScore = { isTop: true, logProbability: -1 };
const wrong: TargetScore = { isTop: false, logProbability: -3 };

const point = (count: number, at: Partial<NeuronCurvePoint>): NeuronCurvePoint => ({
  count,
  mask: right,
  keep: right,
  randomMask: [right, right],
  randomKeep: [right, right],
  activationLoss: 0,
  lowestLoss: Number.NaN,
  lowest: { layer: 0, neuron: 0 },
  ...at,
});

/** Four answer tokens, of which three are right as the model is; k = 1 and k = 5. */
const CASES: NeuronCase[] = [
  {
    baseline: right,
    withoutHead: wrong,
    certified: true,
    points: [
      point(1, { mask: wrong, keep: wrong, activationLoss: 0.5, lowest: { layer: 3, neuron: 3 } }),
      point(5, {
        mask: wrong,
        randomMask: [wrong, right],
        activationLoss: 0.25,
        lowestLoss: 0.5,
        lowest: { layer: 1, neuron: 7 },
      }),
    ],
  },
  {
    baseline: right,
    withoutHead: right,
    certified: false,
    points: [
      point(1, { keep: wrong, activationLoss: 0.25, lowest: { layer: 3, neuron: 3 } }),
      point(5, {
        mask: wrong,
        randomKeep: [wrong, wrong],
        activationLoss: Number.NaN,
        lowestLoss: 0.25,
        lowest: { layer: 2, neuron: 8 },
      }),
    ],
  },
  {
    baseline: right,
    withoutHead: wrong,
    certified: true,
    points: [
      point(1, { keep: wrong, activationLoss: 0, lowest: { layer: 3, neuron: 3 } }),
      point(5, { randomKeep: [right, wrong], activationLoss: 0.75, lowestLoss: 0, lowest: { layer: 2, neuron: 8 } }),
    ],
  },
  {
    baseline: wrong,
    withoutHead: wrong,
    certified: true,
    points: [
      point(1, {
        mask: wrong,
        keep: wrong,
        randomMask: [wrong, wrong],
        activationLoss: 0.25,
        lowest: { layer: 3, neuron: 3 },
      }),
      point(5, {
        keep: wrong,
        mask: wrong,
        randomMask: [wrong, wrong],
        randomKeep: [wrong, wrong],
        activationLoss: 0.5,
        lowestLoss: 0.25,
        lowest: { layer: 2, neuron: 8 },
      }),
    ],
  },
];
const OPTIONS: NeuronCurveOptions = { onlyCorrect: false, seed: 1, draws: 0 };
const EXACT = { atol: 1e-12 };

describe("mask, keep and loss of activation over k", () => {
  const curves = neuronCurves(CASES, OPTIONS);
  const values = (
    of: "mask" | "keep" | "randomMask" | "randomKeep" | "activationLoss" | "lowestLoss" | "maskNats" | "randomMaskNats",
  ) => curves.rows.map((row) => row[of].value);

  test("as the model is three of four are right, with the head off one", () => {
    expect([curves.tokens, curves.correct, curves.accuracy.value, curves.uncertified]).toEqual([4, 3, 0.75, 1]);
    expect(curves.headLoss.value).toBeAllClose((3 - 1) / 3, EXACT);
    expect(curves.rows.map(({ count }) => count)).toEqual([1, 5]);
  });

  test("of the three right ones, with the neurons off two and one are left, with them alone none and three", () => {
    expect(values("mask")).toBeAllClose([1 / 3, 2 / 3], EXACT);
    expect(values("keep")).toBeAllClose([1, 0], EXACT);
  });

  test("of random ones each token counts the share of its draws", () => {
    // right at k = 1: 1, 1, 1, 0; at k = 5: 1/2, 1, 1, 0
    expect(values("randomMask")).toBeAllClose([0, (3 - 2.5) / 3], EXACT);
    // at k = 1: 1 throughout, one more than as it is; at k = 5: 1, 0, 1/2, 0
    expect(values("randomKeep")).toBeAllClose([(3 - 4) / 3, (3 - 1.5) / 3], EXACT);
  });

  test("nats are those as the model is − with the neurons off, over the four tokens", () => {
    // 2 for each token that is lost: one, then two
    expect(values("maskNats")).toBeAllClose([2 / 4, 4 / 4], EXACT);
    // half of 2 in the first token at k = 5
    expect(values("randomMaskNats")).toBeAllClose([0, 1 / 4], EXACT);
  });

  test("losses of activation are the means of those that are numbers", () => {
    expect(values("activationLoss")).toBeAllClose([1 / 4, 0.5], EXACT);
    expect(values("lowestLoss")).toBeAllClose([Number.NaN, 1 / 4], EXACT);
  });

  test("the lowest neurons are those of the longest list, most frequent first", () => {
    expect(curves.lowest).toEqual([
      { at: { layer: 2, neuron: 8 }, tokens: 3 },
      { at: { layer: 1, neuron: 7 }, tokens: 1 },
    ]);
  });
});

test("only what is right as the model is: the last token has no say", () => {
  const { tokens, correct, headLoss, rows } = neuronCurves(CASES, { ...OPTIONS, onlyCorrect: true });
  expect([tokens, correct]).toEqual([3, 3]);
  expect(headLoss.value).toBeAllClose(2 / 3, EXACT);
  expect(rows[0]!.activationLoss.value).toBeAllClose(0.25, EXACT);
  expect(rows[0]!.maskNats.value).toBeAllClose(2 / 3, EXACT);
});

test("intervals are under the same draws of tokens on both sides", () => {
  // both, one or the other of two tokens are drawn
  const { headLoss, rows } = neuronCurves(CASES.slice(0, 2), { ...OPTIONS, draws: 1000 });
  expect(headLoss).toEqual({ value: 0.5, low: 0, high: 1 });
  expect(rows[0]!.keep).toEqual({ value: 1, low: 1, high: 1 });
  expect(rows[0]!.activationLoss).toEqual({ value: 0.375, low: 0.25, high: 0.5 });
  expect(rows[1]!.activationLoss, "the only number there is").toEqual({ value: 0.25, low: 0.25, high: 0.25 });
});

test("of nothing there is no row", () => {
  expect(neuronCurves([], OPTIONS)).toMatchObject({ tokens: 0, correct: 0, rows: [], lowest: [] });
});
