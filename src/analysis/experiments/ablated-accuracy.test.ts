import { describe, expect, test } from "vitest";
import { scoresOf } from "#test/case-scores.ts";
import { costsOf, ablatedAccuracy } from "./ablated-accuracy.ts";
import type { AccuracyOptions, ChangedCase } from "./tables/accuracy.ts";

const ablatedCase = (group: string, each: string): ChangedCase => ({ group, scores: scoresOf(each) });

//                          is   A  B  C
const CASES = [
  ablatedCase("capitals", "11  10 11 00"),
  ablatedCase("capitals", "0   0  1  0"),
  ablatedCase("names", "1   0  1  0"),
  ablatedCase("names", "1   0  0  1"),
];
const OPTIONS: AccuracyOptions = { per: "token", onlyCorrect: false, seed: 1, draws: 0 };
const EXACT = { atol: 1e-12 };

describe("accuracy under ablations", () => {
  const { groups, all } = ablatedAccuracy(CASES, OPTIONS);

  test("of each group, token by token", () => {
    expect(groups.map(({ name, cases, scored, correct }) => [name, cases, scored, correct])).toEqual([
      ["capitals", 2, 3, 2],
      ["names", 2, 2, 2],
    ]);
    expect(groups.map(({ accuracy }) => accuracy.value)).toBeAllClose([2 / 3, 1], EXACT);
    const [capitals, names] = groups.map(({ ablations }) => ablations);
    expect(capitals!.map(({ accuracy }) => accuracy.value)).toBeAllClose([1 / 3, 1, 0], EXACT);
    expect(names!.map(({ accuracy }) => accuracy.value)).toBeAllClose([0, 1 / 2, 1 / 2], EXACT);
  });

  test("lost is what there was − what is left", () => {
    const [capitals, names] = groups.map(({ ablations }) => ablations);
    expect(capitals!.map(({ lost }) => lost.value)).toBeAllClose([1 / 3, -1 / 3, 2 / 3], EXACT);
    expect(names!.map(({ lost }) => lost.value)).toBeAllClose([1, 1 / 2, 1 / 2], EXACT);
  });

  test("nats are 2 for every token lost, over the cases and not the tokens", () => {
    const [capitals, names] = groups.map(({ ablations }) => ablations);
    expect(capitals!.map(({ nats }) => nats.value)).toBeAllClose([2 / 2, -2 / 2, 4 / 2], EXACT);
    expect(names!.map(({ nats }) => nats.value)).toBeAllClose([4 / 2, 2 / 2, 2 / 2], EXACT);
  });

  test("over all is the mean of the groups, however many cases they have", () => {
    expect(all.accuracy.value).toBeAllClose((2 / 3 + 1) / 2, EXACT);
    expect(all.ablations.map(({ accuracy }) => accuracy.value)).toBeAllClose([1 / 6, 3 / 4, 1 / 4], EXACT);
    expect(all.ablations.map(({ lost }) => lost.value)).toBeAllClose([2 / 3, 1 / 12, 7 / 12], EXACT);
    expect(all.ablations.map(({ nats }) => nats.value)).toBeAllClose([3 / 2, 0, 3 / 2], EXACT);
  });
});

test("accuracy of whole answers", () => {
  const { groups } = ablatedAccuracy(CASES, { ...OPTIONS, per: "answer" });
  expect(groups.map(({ scored, correct }) => [scored, correct])).toEqual([
    [2, 1],
    [2, 2],
  ]);
  expect(groups[0]!.ablations.map(({ lost }) => lost.value)).toBeAllClose([1 / 2, -1 / 2, 1 / 2], EXACT);
  expect(groups[0]!.ablations.map(({ nats }) => nats.value)).toBeAllClose([1, -1, 2], EXACT);
});

test("accuracy of those that are right as the model is", () => {
  const { groups } = ablatedAccuracy(CASES, { ...OPTIONS, onlyCorrect: true });
  expect(groups.map(({ cases, scored, correct }) => [cases, scored, correct])).toEqual([
    [1, 2, 2],
    [2, 2, 2],
  ]);
  expect(groups[0]!.ablations.map(({ lost }) => lost.value)).toBeAllClose([1 / 2, 0, 1], EXACT);
});

test("while it runs, what has not been run is not counted, and a group of nothing has no say", () => {
  const { groups, all } = ablatedAccuracy(
    [{ group: "later", scores: undefined }, ...CASES.slice(0, 2), { group: "capitals", scores: undefined }],
    OPTIONS,
  );
  expect(groups.map(({ name, cases, scored }) => [name, cases, scored])).toEqual([
    ["later", 0, 0],
    ["capitals", 2, 3],
  ]);
  expect(groups[0]!.accuracy.value).toBeNaN();
  expect(all.accuracy.value).toBeAllClose(2 / 3, EXACT);
  expect(all.ablations.map(({ lost }) => lost.value)).toBeAllClose([1 / 3, -1 / 3, 2 / 3], EXACT);
});

describe("costs", () => {
  const { groups } = ablatedAccuracy(CASES, OPTIONS);

  test("are what the ablation loses in each group, beside the mean and spread of what random ones lose", () => {
    const costs = costsOf(groups, { at: 0, randoms: [1, 2] });
    expect(costs.map(({ group }) => group)).toEqual(["capitals", "names"]);
    expect(costs.map(({ cost }) => cost.lost.value)).toBeAllClose([1 / 3, 1], EXACT);
    expect(costs.map(({ cost }) => cost.nats.value)).toBeAllClose([1, 2], EXACT);
    // of −1/3 and 2/3: mean 1/6, both 1/2 away from it, √(2 · 1/4 / 1); of 1/2 and 1/2: no spread
    expect(costs.map(({ random }) => random.mean)).toBeAllClose([1 / 6, 1 / 2], EXACT);
    expect(costs.map(({ random }) => random.spread)).toBeAllClose([Math.SQRT1_2, 0], EXACT);
  });

  test("are of the ablation that is asked for", () => {
    const costs = costsOf(groups, { at: 2, randoms: [0] });
    expect(costs.map(({ cost }) => cost.lost.value)).toBeAllClose([2 / 3, 1 / 2], EXACT);
    expect(costs.map(({ random }) => random)).toEqual([
      { mean: expect.closeTo(1 / 3, 12) as number, spread: 0 },
      { mean: 1, spread: 0 },
    ]);
  });

  test("are none where the ablation has not been run", () => {
    expect(costsOf(groups, { at: 3, randoms: [4] })).toEqual([]);
    expect(
      costsOf(ablatedAccuracy([{ group: "later", scores: undefined }], OPTIONS).groups, { at: 0, randoms: [1] }),
    ).toEqual([]);
  });
});

describe("intervals", () => {
  const draws = 1000;

  test("of what is lost are under the same draws on both sides", () => {
    const [group] = ablatedAccuracy([ablatedCase("a", "1 1 0"), ablatedCase("a", "0 0 0")], {
      ...OPTIONS,
      draws,
    }).groups;
    // of two cases both, one or the other are drawn
    expect(group!.accuracy).toEqual({ value: 0.5, low: 0, high: 1 });
    expect(group!.ablations[0]!.lost).toEqual({ value: 0, low: 0, high: 0 });
    expect(group!.ablations[1]!.lost).toEqual({ value: 0.5, low: 0, high: 1 });
    expect(group!.ablations[1]!.nats).toEqual({ value: 1, low: 0, high: 2 });
  });

  test("over all are under draws of each group by itself", () => {
    const cases = [ablatedCase("a", "1"), ablatedCase("a", "0"), ablatedCase("b", "0"), ablatedCase("b", "1")];
    expect(ablatedAccuracy(cases, { ...OPTIONS, draws }).all.accuracy).toEqual({ value: 0.5, low: 0, high: 1 });
  });
});
