import { describe, expect, test } from "vitest";
import { formatNeuron } from "#model/ids.ts";
import { conceptSets, ablationsOf } from "../suite/concept-sets.ts";
import { conceptLosses } from "./concept-table.ts";

describe("sets of neurons", () => {
  // two layers of four neurons; behind attention three of the first layer's have a concept, one of the second's
  const hits = [
    { transformed: [1, 2, 3, 0], untransformed: [0, 0, 0, 0] },
    { transformed: [0, 0, 0, 2], untransformed: [5, 0, 0, 0] },
  ];
  const sets = conceptSets({ layers: 3, neurons: 4 }, hits, { thresholds: [1, 2], draws: 2, seed: 3 });

  test("hold those with so many concepts or more", () => {
    expect(sets.map(({ reading, atLeast, neurons }) => [reading, atLeast, neurons.map(formatNeuron)])).toEqual([
      ["transformed", 1, ["L0N0", "L0N1", "L0N2", "L1N3"]],
      ["transformed", 2, ["L0N1", "L0N2", "L1N3"]],
      ["untransformed", 1, ["L1N0"]],
      ["untransformed", 2, ["L1N0"]],
    ]);
  });

  test("are compared with as many others of each layer, and say where there are not enough", () => {
    expect(sets.map(({ isDisjoint }) => isDisjoint)).toEqual([false, true, true, true]);
    for (const { neurons, random, isDisjoint } of sets) {
      const own = new Set(neurons.map(formatNeuron));
      for (const drawn of random) {
        expect(drawn.map(({ layer }) => layer)).toEqual(neurons.map(({ layer }) => layer));
        expect(drawn.some((at) => own.has(formatNeuron(at)))).toBe(!isDisjoint);
      }
    }
  });

  test("begin where their ablations do, and an empty one has none", () => {
    const none = conceptSets({ layers: 3, neurons: 4 }, hits, { thresholds: [3, 4], draws: 2, seed: 3 });
    expect(ablationsOf(none).starts).toEqual([0, undefined, 3, 6]);
    expect(ablationsOf(none).ablations).toHaveLength(9);
  });
});

test("losses are those worked out by hand", () => {
  const score = (...right: readonly boolean[]) => ({ isTop: right, logProbability: right.map((is) => (is ? 0 : -2)) });
  const [set, empty] = conceptSets(
    { layers: 1, neurons: 4 },
    [{ transformed: [2, 0, 0, 0], untransformed: [0, 0, 0, 0] }],
    {
      thresholds: [1],
      draws: 2,
      seed: 1,
    },
  );
  // three of four tokens are right; with the set ablated one, with the random ones two and three
  const cases = [
    { baseline: score(true, true), ablated: [score(true, false), score(true, false), score(true, true)] },
    { baseline: score(true, false), ablated: [score(false, false), score(true, false), score(true, false)] },
  ];
  const { tokens, correct, accuracy, sets } = conceptLosses(cases, [set!, empty!], {
    onlyCorrect: false,
    draws: 50,
    seed: 1,
  });
  expect([tokens, correct, accuracy.value]).toEqual([4, 3, 0.75]);
  expect(sets[0]!.loss.value).toBeCloseTo(2 / 3, 12);
  expect(sets[0]!.randomLoss.value).toBeCloseTo(1 / 6, 12);
  // 2 nats more in each case; in one of two draws of the first case
  expect(sets[0]!.nats.value).toBeCloseTo(2, 12);
  expect(sets[0]!.randomNats.value).toBeCloseTo(0.5, 12);
  expect(sets[1]).toMatchObject({ neurons: 0, loss: { value: 0 }, randomLoss: { value: 0 } });
  const right = conceptLosses(cases, [set!, empty!], { onlyCorrect: true, draws: 50, seed: 1 });
  expect([right.tokens, right.sets[0]!.loss.value]).toEqual([2, 0.5]);
});
