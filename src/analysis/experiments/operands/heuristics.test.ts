import { describe, expect, test } from "vitest";
import type { Operation } from "../../ablation/operation.ts";
import { solve } from "../../ablation/operation.ts";
import { randomStream } from "#core/numeric/random.ts";
import { heuristicsOf, matchesOf, MATCH_THRESHOLD } from "./heuristics.ts";
import type { OperandPair } from "./heuristics.ts";

/** All pairs of operands from `from` to `to` with an answer from 0 on. */
function pairsOf(operation: Operation, from: number, to: number): OperandPair[] {
  const operands = Array.from({ length: to - from + 1 }, (_, place) => from + place);
  return operands.flatMap((a) =>
    operands.flatMap((b) => {
      const answer = solve(operation, a, b);
      return answer === undefined || answer < 0 ? [] : [{ a, b, answer }];
    }),
  );
}

const sums = pairsOf("+", 0, 99);
const rules = heuristicsOf("+", sums);
const differences = pairsOf("-", 0, 99);

/** What a neuron is taken to implement whose map is this, activation and contribution alike, best first. */
function namesOf(
  value: (pair: OperandPair, place: number) => number,
  {
    pairs = sums,
    list = rules,
    bothEnds = false,
  }: Partial<Parameters<typeof matchesOf>[2]> & {
    readonly pairs?: readonly OperandPair[];
    readonly list?: ReturnType<typeof heuristicsOf>;
  } = {},
): string[] {
  const map = pairs.map(value);
  return matchesOf({ activations: map, contributions: map }, list, { bothEnds })
    .toSorted((x, y) => y[1] - x[1])
    .map(([place]) => list[place]!.name);
}

describe("a map made by a rule has that rule first", () => {
  const noise = (_pair: OperandPair, place: number) => Math.sin(place * 12.9898) / 10;
  test.each<[string, (pair: OperandPair) => boolean]>([
    ["a = b", ({ a, b }) => a === b],
    ["a = 37", ({ a }) => a === 37],
    ["b = 4", ({ b }) => b === 4],
    ["answer = 119", ({ answer }) => answer === 119],
    ["a = 3 (mod 7)", ({ a }) => a % 7 === 3],
    ["b = 1 (mod 2)", ({ b }) => b % 2 === 1],
    ["a and b = 1 (mod 2)", ({ a, b }) => a % 2 === 1 && b % 2 === 1],
    ["answer = 5 (mod 10)", ({ answer }) => answer % 10 === 5],
    ["a from 60 to 89", ({ a }) => a >= 60 && a < 90],
    ["a and b from 20 to 29", ({ a, b }) => a >= 20 && a < 30 && b >= 20 && b < 30],
    ["answer from 60 to 89", ({ answer }) => answer >= 60 && answer < 90],
    ["answer as .5.", ({ answer }) => Math.floor(answer / 10) % 10 === 5],
    ["answer as 1.8", ({ answer }) => answer >= 100 && answer % 10 === 8],
    ["answer as .25", ({ answer }) => answer % 100 === 25],
  ])("%s", (name, applies) => {
    const map = (pair: OperandPair, place: number) => (applies(pair) ? 5 : 0) + noise(pair, place);
    expect(namesOf(map)[0]).toBe(name);
    // upside down it is one of a gated model only, and only about operands
    const isOfAnswer = name.startsWith("answer");
    const below = (pair: OperandPair, place: number) => -map(pair, place);
    expect(namesOf(below)).not.toContain(name);
    expect(namesOf(below, { bothEnds: true }).includes(name)).toBe(!isOfAnswer);
  });
});

describe("a map that is none has no rule", () => {
  const stream = randomStream(11);
  const drawn = sums.map(() => stream());
  test.each<[string, (pair: OperandPair, place: number) => number]>([
    ["dead", () => 0],
    ["the same everywhere", () => 3.5],
    ["random", (_, place) => drawn[place]!],
    ["in steps of 13 that no rule counts in", ({ a, b }) => ((7 * a + 11 * b) % 13 < 4 ? 1 : 0)],
  ])("%s", (_, map) => {
    expect(namesOf(map)).toEqual([]);
    expect(namesOf(map, { bothEnds: true })).toEqual([]);
  });
});

test("the score is the share of a rule's k pairs among the k highest, ties counted as any order would have them", () => {
  const pairs = pairsOf("+", 0, 9);
  const list = heuristicsOf("+", pairs);
  const place = list.findIndex(({ name }) => name === "a = 3");
  const scoreOf = (value: (pair: OperandPair) => number) => {
    const map = pairs.map(value);
    const matches = matchesOf({ activations: map, contributions: map }, list, { bothEnds: false });
    return matches.find(([each]) => each === place)?.[1];
  };
  // 10 pairs have a = 3: seven of them fire, and three others do more
  expect(scoreOf(({ a, b }) => (a === 3 && b < 7 ? 1 : a === 8 && b < 3 ? 2 : 0))).toBeCloseTo(0.7, 12);
  // 6 of 10, at the threshold; 5 of 10
  expect(scoreOf(({ a, b }) => (a === 3 && b < 6 ? 1 : a === 8 && b < 4 ? 2 : 0))).toBeCloseTo(MATCH_THRESHOLD, 12);
  expect(scoreOf(({ a, b }) => (a === 3 && b < 5 ? 1 : a === 8 && b < 5 ? 2 : 0))).toBeUndefined();
  // six fire most; the 4 places left go to 8 tied ones, four of which have a = 3: 6 + 4 · 4/8 of 10
  expect(scoreOf(({ a, b }) => (a === 3 ? (b < 6 ? 2 : 1) : a === 8 && b < 4 ? 1 : 0))).toBeCloseTo(0.8, 12);
});

describe("rules", () => {
  test("apply to as many pairs as can tell them, each once", () => {
    const sizes = rules.map(({ pairs }) => pairs.length);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(0.55 * sums.length);
    expect(rules.map(({ pairs }) => pairs)).toEqual(
      rules.map(({ applies }) => sums.flatMap((pair, place) => (applies(pair) ? [place] : []))),
    );
    const places = rules.map(({ pairs, isOfAnswer }) => `${isOfAnswer} ${pairs.join()}`);
    expect(new Set(places).size).toBe(places.length);
    // the whole range, and what hardly ever happens
    const names = rules.map(({ name }) => name);
    expect(names).not.toContain("a from 0 to 99");
    expect(names).not.toContain("answer = 2");
    expect(names).toContain("answer = 4");
  });

  test("of differences: identical operands and the answer 0 are two readings of the same pairs", () => {
    const names = heuristicsOf("-", differences).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["a = b", "answer = 0", "answer = 9 (mod 10)"]));
  });

  test("of negative answers go by remainders from 0 on, and have no digits", () => {
    const negative = Array.from({ length: 40 }, (_, place) => ({
      a: place % 4,
      b: place,
      answer: (place % 4) - place,
    }));
    const list = heuristicsOf("-", negative);
    const rest = list.find(({ name }) => name === "answer = 1 (mod 4)")!;
    // 0 − 7, 1 − 4, 3 − 6 are not alike: the answer is a multiple of 4 here or none
    expect(rest).toBeUndefined();
    expect(
      list.find(({ name }) => name === "answer = 1 (mod 3)")!.pairs.map((place) => negative[place]!.answer),
    ).toEqual(negative.map(({ answer }) => answer).filter((answer) => ((answer % 3) + 3) % 3 === 1));
    expect(list.some(({ name }) => name.startsWith("answer as"))).toBe(false);
  });

  test("of quotients leave remainders and digits of the answer out, as the paper does", () => {
    const quotients = pairsOf("/", 1, 60);
    const kinds = heuristicsOf("/", quotients).filter(({ isOfAnswer }) => isOfAnswer);
    expect([...new Set(kinds.map(({ kind }) => kind))].sort()).toEqual(["range", "value"]);
  });

  test("of a few pairs there are none", () => {
    expect(heuristicsOf("+", sums.slice(0, 4))).toEqual([]);
    expect(heuristicsOf("+", [])).toEqual([]);
  });
});
