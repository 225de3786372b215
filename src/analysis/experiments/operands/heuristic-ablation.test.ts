import { describe, expect, test } from "vitest";
import type { CaseScore } from "../suite/scored-cases.ts";
import { heuristicsOf } from "./heuristics.ts";
import { heuristicAblationTable } from "./heuristic-table.ts";
import { heuristicAblation } from "./heuristic-ablation.ts";
import type { HeuristicCase } from "./heuristic-ablation.ts";
import { sortedLayer, supportOf } from "./sorted-layer.ts";

describe("the neurons of a layer", () => {
  // four pairs with two answers, three neurons
  const map = {
    neurons: 3,
    activations: Float32Array.of(1, 4, 0, 3, 4, 0, 1, 4, 2, 3, 4, 2),
    products: [Float64Array.of(-1, 5, 1), Float64Array.of(2, 5, -3)],
    answers: [0, 1, 0, 1],
  };

  test("support the answers by how their activation goes with what they say of each", () => {
    // m̄ = 2, 4, 1. First: (−1·−1 + 1·2 − 1·−1 + 1·2) / 4; second: constant; third: (−1·1 − 1·−3 + 1·1 + 1·−3) / 4
    expect([...supportOf(map)]).toEqual([1.5, 0, 0]);
  });

  test("support the answers by what is added: behind a norm an activation times the pair's own factor", () => {
    // first: 1, 3, 2, 3 about 2.25; second: 4, 4, 8, 4 under one product; third: 0, 0, 4, 2 about 1.5
    const factors = [1, 1, 2, 1];
    expect([...supportOf({ ...map, factors })]).toEqual([1.125, 0, 1]);
    expect(sortedLayer({ ...map, factors }, [], { count: 1, bothEnds: false, seed: 1 }).neurons).toEqual([
      { neuron: 0, support: 1.125, matches: [] },
    ]);
  });

  test("are sorted strongest first, beside as many others", () => {
    const found = sortedLayer(map, [], { count: 1, bothEnds: false, seed: 1 });
    expect(found.neurons).toEqual([{ neuron: 0, support: 1.5, matches: [] }]);
    expect([found.own, found.shuffled, found.others].map(({ neurons, matched }) => [neurons, matched])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    expect(sortedLayer(map, [], { count: 3, bothEnds: false, seed: 1 }).others.neurons).toBe(0);
  });

  test("have a rule by their own maps and none by shuffled ones", () => {
    const pairs = Array.from({ length: 100 }, (_, place) => ({ a: place % 10, b: Math.floor(place / 10), answer: 0 }));
    const rules = heuristicsOf("+", pairs);
    const own = {
      neurons: 2,
      activations: Float32Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? (pairs[at / 2]!.a === 7 ? 9 : 0) : 1)),
      products: [Float64Array.of(1, 1)],
      answers: pairs.map(() => 0),
    };
    const found = sortedLayer(own, rules, { count: 2, bothEnds: false, seed: 3 });
    expect(found.own.matched).toBe(1);
    expect(found.own.kinds.value).toBe(1);
    expect(found.shuffled.matched).toBe(0);
  });
});

describe("what is off for a problem", () => {
  const rules = [
    { kind: "modulo", name: "a even", isOfAnswer: false, pairs: [], applies: ({ a }: { a: number }) => a % 2 === 0 },
    { kind: "value", name: "b = 3", isOfAnswer: false, pairs: [], applies: ({ b }: { b: number }) => b === 3 },
  ] as const;
  const neuron = (name: number, ...matches: readonly (readonly [number, number])[]) => ({
    neuron: name,
    support: 1,
    matches,
  });
  const sorted = [
    {
      layer: 4,
      neurons: [neuron(9, [0, 0.7]), neuron(8, [0, 0.8], [1, 0.6]), neuron(7, [0, 0.9]), neuron(1), neuron(2)],
    },
    { layer: 5, neurons: [neuron(3, [1, 0.9]), neuron(4), neuron(5, [0, 1])] },
  ];
  const options = { count: 10, draws: 2, seed: 1 };

  test("are those whose rules apply, of most rules first, then by the better fit; as many others of each layer", () => {
    const { own, others } = heuristicAblation({ a: 4, b: 3, answer: 7 }, sorted, rules, options);
    // layer 4 has two others, layer 5 one
    expect(own).toEqual([
      { layer: 4, neuron: 8 },
      { layer: 4, neuron: 7 },
      { layer: 5, neuron: 5 },
    ]);
    for (const set of others) {
      expect(set.map(({ layer, neuron: at }) => `${layer} ${at}`).toSorted()).toEqual(["4 1", "4 2", "5 4"]);
    }
  });

  test("is at most k of each layer", () => {
    const { own, others } = heuristicAblation({ a: 4, b: 3, answer: 7 }, sorted, rules, { ...options, count: 1 });
    expect(own.map(({ neuron: at }) => at)).toEqual([8, 5]);
    expect(others.map(({ length }) => length)).toEqual([2, 2]);
  });

  test("is nothing where no rule applies", () => {
    expect(heuristicAblation({ a: 5, b: 5, answer: 10 }, sorted, rules, options)).toEqual({
      own: [],
      others: [[], []],
    });
  });
});

test("the table is over what is right as the model is", () => {
  const score = (isTop: boolean, logProbability: number): CaseScore => ({
    logProbability: [logProbability],
    isTop: [isTop],
  });
  const cases: HeuristicCase[] = [
    { baseline: score(false, -4), points: [] },
    {
      baseline: score(true, -0.5),
      points: [
        {
          neurons: 4,
          own: score(false, -3.5),
          others: [score(true, -0.5), score(false, -2.5)],
          random: [score(true, -0.5), score(true, -0.7)],
        },
      ],
    },
    {
      baseline: score(true, -1),
      points: [
        {
          neurons: 6,
          own: score(true, -2),
          others: [score(true, -1), score(true, -1)],
          random: [score(true, -1), score(true, -1)],
        },
      ],
    },
  ];
  const { tested, correct, rows } = heuristicAblationTable(cases, [5], { draws: 0, seed: 1 });
  expect([tested, correct]).toEqual([3, 2]);
  const [row] = rows;
  expect([row!.count, row!.neurons]).toEqual([5, 5]);
  expect([row!.own, row!.others, row!.random].map(({ accuracy }) => accuracy.value)).toEqual([0.5, 0.75, 1]);
  expect(row!.difference.value).toBe(0.25);
  // (3 + 1) / 2; (1 + 0) / 2; (0.1 + 0) / 2
  expect(row!.own.nats.value).toBeCloseTo(2, 12);
  expect(row!.others.nats.value).toBeCloseTo(0.5, 12);
  expect(row!.random.nats.value).toBeCloseTo(0.05, 12);
});
