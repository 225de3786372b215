import { describe, expect, test } from "vitest";
import { scoreOf } from "#test/case-scores.ts";
import { adapterEffect, baseAccuracy } from "./adapter-table.ts";
import type { AccuracyOptions } from "./accuracy.ts";
import type { AdaptedCase } from "./adapter-table.ts";
import { activationGrowth } from "../adapter-tokens.ts";
import type { AdaptedToken } from "../adapter-tokens.ts";

const EXACT = { atol: 1e-12 };
const OPTIONS: AccuracyOptions = { per: "token", onlyCorrect: false, seed: 1, draws: 0 };
const COUNTS = [1, 5];

const token = (growth: readonly number[], at: Partial<AdaptedToken> = {}): AdaptedToken => ({
  growth,
  randomGrowth: growth.map(() => [0, 0]),
  followed: [],
  gained: [],
  certified: true,
  ...at,
});
const gaining = (layer: number, neuron: number, inBase: number, inAdapted: number, gain: number) => ({
  layer,
  neuron,
  inBase,
  inAdapted,
  gain,
});
const followed = (layer: number, neuron: number, inBase: number, inAdapted: number) => ({
  layer,
  neuron,
  inBase,
  inAdapted,
});

const BASE = [
  { group: "+", scores: scoreOf("10") },
  { group: "+", scores: scoreOf("1") },
  { group: "-", scores: scoreOf("0") },
];
const ADAPTED: AdaptedCase[] = [
  {
    scores: scoreOf("11"),
    tokens: [
      token([1, 2], {
        randomGrowth: [
          [0.5, 1.5],
          [0, 0],
        ],
        followed: [followed(3, 1, 2, 4), followed(2, 2, 1, 1)],
        gained: [gaining(4, 4, 0, 2, 1.5), gaining(5, 5, -1, -3, 0.5)],
      }),
      token([3, Number.NaN], {
        followed: [followed(2, 2, 3, 5)],
        gained: [gaining(5, 5, -2, -5, 2)],
        certified: false,
      }),
    ],
  },
  { scores: scoreOf("0"), tokens: [token([-1, 1], { followed: [followed(2, 2, 5, 3)] })] },
  {
    scores: scoreOf("1"),
    tokens: [
      token([5, 0], {
        randomGrowth: [
          [2, 4],
          [-2, -2],
        ],
        gained: [gaining(4, 4, 1, 5, 0.5)],
      }),
    ],
  },
];

test("the base's accuracy: of + two of three tokens, of - none, over both a third", () => {
  const { all, groups } = baseAccuracy(BASE, OPTIONS);
  expect(
    groups.map(({ name, cases, scored, correct, accuracy }) => [name, cases, scored, correct, accuracy.value]),
  ).toEqual([
    ["+", 2, 3, 2, 2 / 3],
    ["-", 1, 1, 0, 0],
  ]);
  expect(all.value).toBeAllClose(1 / 3, EXACT);
});

describe("an adapter", () => {
  const effect = adapterEffect(BASE, ADAPTED, COUNTS, OPTIONS);

  test("gains what is right with it − without it", () => {
    // +: 2 of 3 tokens with it, as without; −: 1 of 1, 0 without
    expect(effect.groups.map(({ name, accuracy }) => [name, accuracy.value])).toEqual([
      ["+", 2 / 3],
      ["-", 1],
    ]);
    expect(effect.groups.map(({ gain }) => gain.value)).toEqual([0, 1]);
    expect(effect.all.accuracy.value).toBeAllClose(5 / 6, EXACT);
    expect(effect.all.gain.value).toBeAllClose(1 / 2, EXACT);
    // 2 nats for each token: +2 − 2 over two cases, +2 over one
    expect(effect.groups.map(({ nats }) => nats.value)).toEqual([0, 2]);
    expect(effect.all.nats.value).toBe(1);
  });

  test("makes neurons grow by the mean over the tokens in which they fire", () => {
    expect(effect.tokens).toBe(4);
    expect(effect.growth.map(({ count }) => count)).toEqual(COUNTS);
    expect(effect.growth.map(({ growth }) => growth.value)).toBeAllClose([(1 + 3 - 1 + 5) / 4, (2 + 1 + 0) / 3], EXACT);
    // the draws' means are 1, 0, 0, 3 and 0, 0, 0, −2
    expect(effect.growth.map(({ random }) => random.value)).toBeAllClose([1, -1 / 2], EXACT);
    expect(effect.uncertified).toBe(1);
  });

  test("is seen in the neurons that most tokens list, by their means over these", () => {
    expect(effect.followed).toEqual([
      { layer: 2, neuron: 2, tokens: 3, inBase: 3, inAdapted: 3 },
      { layer: 3, neuron: 1, tokens: 1, inBase: 2, inAdapted: 4 },
    ]);
  });

  test("is seen in the neurons that gain most, over all tokens", () => {
    // 0.5 + 2 and 1.5 + 0.5 of four tokens
    expect(effect.neurons).toEqual([
      { layer: 5, neuron: 5, tokens: 2, inBase: -1.5, inAdapted: -4, gain: 2.5 / 4 },
      { layer: 4, neuron: 4, tokens: 2, inBase: 0.5, inAdapted: 3.5, gain: 2 / 4 },
    ]);
  });

  test("counts only what the base has right: the second case", () => {
    const { tokens, all, growth, neurons } = adapterEffect(BASE, ADAPTED, COUNTS, { ...OPTIONS, onlyCorrect: true });
    expect([tokens, all.gain.value, all.nats.value]).toEqual([1, -1, -2]);
    expect(growth.map((row) => row.growth.value)).toEqual([-1, 1]);
    expect(neurons).toEqual([]);
  });

  test("counts the cases that have been run in both", () => {
    const base = [BASE[0]!, { group: "+", scores: undefined }, BASE[2]!];
    const { tokens, groups } = adapterEffect(base, [ADAPTED[0], ADAPTED[1], undefined], COUNTS, OPTIONS);
    expect([tokens, groups.map(({ name }) => name)]).toEqual([2, ["+"]]);
    expect(groups[0]!.gain.value).toBeAllClose(1 / 2, EXACT);
  });

  test("that has not been run has no numbers", () => {
    const { tokens, all, groups } = adapterEffect(BASE, [], COUNTS, OPTIONS);
    expect([tokens, all.gain.value, groups]).toEqual([0, Number.NaN, []]);
  });

  test("has intervals over the cases, low end first", () => {
    // both, one or the other of two cases are drawn; the first gains one token, the second nothing
    const base = [BASE[2]!, BASE[2]!];
    const adapted = [ADAPTED[2], { scores: scoreOf("0"), tokens: [token([1, 1])] }];
    const { all, growth } = adapterEffect(base, adapted, COUNTS, { ...OPTIONS, draws: 1000 });
    expect(all.gain).toEqual({ value: 0.5, low: 0, high: 1 });
    expect(all.nats).toEqual({ value: 1, low: 0, high: 2 });
    expect(growth[0]!.growth).toEqual({ value: 3, low: 1, high: 5 });
  });
});

test("growth is signed by what a neuron does in the base", () => {
  const neurons = [0, 1].map((neuron) => ({ layer: 0, neuron }));
  // (3 − 2) + (3 − 1) over 2 + 1
  const of = (values: readonly number[]) => (at: { readonly neuron: number }) => values[at.neuron]!;
  expect(activationGrowth(neurons, of([2, -1]), of([3, -3]))).toBeAllClose(1, EXACT);
  expect(activationGrowth(neurons, of([0, 0]), of([3, -3]))).toBeNaN();
});
