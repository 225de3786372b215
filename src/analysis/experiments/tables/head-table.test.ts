import { describe, expect, test } from "vitest";
import { scoresOf } from "#test/case-scores.ts";
import { formatHead } from "#model/ids.ts";
import { costliestFirst, headTable } from "./head-table.ts";
import type { GroupedCase, HeadLoss, HeadTableOptions } from "./head-table.ts";

/** As it is, then with each head ablated. */
const swept = (group: string, each: string): GroupedCase => {
  const [baseline, ...heads] = scoresOf(each);
  return { group, swept: { baseline: baseline!, heads } };
};

//                 is   L0H0 L0H1 L0H2   L1H0 L1H1 L1H2
const CASES = [
  swept("+", "11   01   11   10     11   11   10"),
  swept("+", "1    0    1    1      1    1    0"),
  swept("+", "0    0    0    0      1    0    0"),
  swept("-", "1    1    0    1      1    1    0"),
  swept("-", "1    1    1    1      1    0    0"),
  swept("*", "1    0    1    1      1    1    1"),
  swept("*", "1    0    0    1      1    1    1"),
  swept("*", "0    0    0    1      0    0    0"),
  swept("*", "0    0    0    0      0    1    0"),
];
const NAMES = ["L0H0", "L0H1", "L0H2", "L1H0", "L1H1", "L1H2"];
const OPTIONS: HeadTableOptions = { headsPerLayer: 3, per: "token", onlyCorrect: false, seed: 1, draws: 0 };

const EXACT = { atol: 1e-12 };

/** A column of the table: one number of every head, in one group or over all. */
function column(table: ReturnType<typeof headTable>, group: number | "all", of: (effect: HeadLoss) => number) {
  return table.heads.map(({ all, effects }) => of(group === "all" ? all : effects[group]!));
}

describe("heads × groups, each answer token by itself", () => {
  const table = headTable(CASES, OPTIONS);

  test("groups have their cases, tokens and what is right of these", () => {
    expect(table.groups.map(({ name, cases, scored, correct }) => [name, cases, scored, correct])).toEqual([
      ["+", 3, 4, 3],
      ["-", 2, 2, 2],
      ["*", 4, 4, 2],
    ]);
    expect(table.groups.map(({ accuracy }) => accuracy.value)).toEqual([3 / 4, 1, 2 / 4]);
    // ln p of the answers of +: −2, −1, −3; of -: −1 twice; of *: −1, −1, −3, −3
    expect(table.groups.map(({ logProbability }) => logProbability.value)).toEqual([-2, -1, -2]);
    expect(table.all.accuracy.value).toBeAllClose((3 / 4 + 1 + 2 / 4) / 3, EXACT);
    expect(table.all.logProbability.value).toBeAllClose((-2 - 1 - 2) / 3, EXACT);
  });

  test("heads are named layer by layer", () => {
    expect(table.heads.map(({ at }) => formatHead(at))).toEqual(NAMES);
  });

  test("accuracy with a head off, and what it drops by", () => {
    expect(column(table, 0, ({ accuracy }) => accuracy)).toEqual([1 / 4, 3 / 4, 2 / 4, 4 / 4, 3 / 4, 1 / 4]);
    expect(column(table, 0, ({ drop }) => drop.value)).toEqual([0.5, 0, 0.25, -0.25, 0, 0.5]);
    expect(column(table, 1, ({ drop }) => drop.value)).toEqual([0, 0.5, 0, 0, 0.5, 1]);
    expect(column(table, 2, ({ drop }) => drop.value)).toEqual([0.5, 0.25, -0.25, 0, -0.25, 0]);
    // over all: the mean of the three lines above
    expect(column(table, "all", ({ drop }) => drop.value)).toBeAllClose([1 / 3, 0.25, 0, -1 / 12, 1 / 12, 0.5], EXACT);
    expect(column(table, "all", ({ accuracy }) => accuracy)).toBeAllClose(
      [5 / 12, 0.5, 0.75, 10 / 12, 8 / 12, 0.25],
      EXACT,
    );
  });

  test("the relative drop is over the accuracy as it is, 3/4, 1 and 1/2; over all that of the means, 3/4", () => {
    expect(column(table, 0, ({ relative }) => relative.value)).toBeAllClose([2 / 3, 0, 1 / 3, -1 / 3, 0, 2 / 3], EXACT);
    expect(column(table, 1, ({ relative }) => relative.value)).toBeAllClose([0, 0.5, 0, 0, 0.5, 1], EXACT);
    expect(column(table, 2, ({ relative }) => relative.value)).toBeAllClose([1, 0.5, -0.5, 0, -0.5, 0], EXACT);
    expect(column(table, "all", ({ relative }) => relative.value)).toBeAllClose(
      [4 / 9, 1 / 3, 0, -1 / 9, 1 / 9, 2 / 3],
      EXACT,
    );
  });

  test("the change is 2 nats for every token lost, over the cases and not the tokens", () => {
    expect(column(table, 0, ({ change }) => change.value)).toBeAllClose([4 / 3, 0, 2 / 3, -2 / 3, 0, 4 / 3], EXACT);
    expect(column(table, 1, ({ change }) => change.value)).toBeAllClose([0, 1, 0, 0, 1, 2], EXACT);
    expect(column(table, 2, ({ change }) => change.value)).toBeAllClose([1, 0.5, -0.5, 0, -0.5, 0], EXACT);
    expect(column(table, "all", ({ change }) => change.value)).toBeAllClose(
      [7 / 9, 0.5, 1 / 18, -2 / 9, 1 / 6, 10 / 9],
      EXACT,
    );
  });

  test("selectivity is the group's relative drop − the mean of the two others'", () => {
    // L0H0: 2/3, 0, 1; L0H1: 0, 1/2, 1/2; L0H2: 1/3, 0, −1/2; L1H0: −1/3, 0, 0; L1H1: 0, 1/2, −1/2; L1H2: 2/3, 1, 0
    const selectivity = (group: number) => column(table, group, (effect) => effect.selectivity.value);
    expect(selectivity(0)).toBeAllClose([2 / 3 - 1 / 2, -1 / 2, 1 / 3 + 1 / 4, -1 / 3, 0, 2 / 3 - 1 / 2], EXACT);
    expect(selectivity(1)).toBeAllClose([-5 / 6, 1 / 4, 1 / 12, 1 / 6, 3 / 4, 1 - 1 / 3], EXACT);
    expect(selectivity(2)).toBeAllClose([1 - 1 / 3, 1 / 4, -1 / 2 - 1 / 6, 1 / 6, -3 / 4, -5 / 6], EXACT);
    expect(column(table, "all", (effect) => effect.selectivity.value)).toEqual(NAMES.map(() => Number.NaN));
  });

  test("the control is the other heads of the same layer", () => {
    const mean = (group: number | "all") => column(table, group, ({ otherHeads }) => otherHeads.mean);
    const spread = (group: number | "all") => column(table, group, ({ otherHeads }) => otherHeads.spread);
    // drops in +: 0.5, 0, 0.25 and −0.25, 0, 0.5; two numbers a and b have the standard deviation |a − b| / √2
    expect(mean(0)).toBeAllClose([0.125, 0.375, 0.25, 0.25, 0.125, -0.125], EXACT);
    expect(spread(0).map((each) => each * Math.SQRT2)).toBeAllClose([0.25, 0.25, 0.5, 0.5, 0.75, 0.25], EXACT);
    // over all: 1/3, 1/4, 0 and −1/12, 1/12, 1/2
    expect(mean("all")).toBeAllClose([1 / 8, 1 / 6, 7 / 24, 7 / 24, 5 / 24, 0], EXACT);
    expect(spread("all").map((each) => each * Math.SQRT2)).toBeAllClose(
      [1 / 4, 1 / 3, 1 / 12, 5 / 12, 7 / 12, 1 / 6],
      EXACT,
    );
  });

  test("the costliest stand first, over all or in one group, equal ones as they come", () => {
    const order = (group?: number) => costliestFirst(table.heads, group).map(({ at }) => formatHead(at));
    expect(order()).toEqual(["L1H2", "L0H0", "L0H1", "L1H1", "L0H2", "L1H0"]);
    expect(order(0)).toEqual(["L0H0", "L1H2", "L0H2", "L0H1", "L1H1", "L1H0"]);
    expect(order(2)).toEqual(["L0H0", "L0H1", "L1H0", "L1H2", "L0H2", "L1H1"]);
  });
});

test("heads × groups, each answer as a whole", () => {
  const { groups, heads } = headTable(CASES, { ...OPTIONS, per: "answer" });
  expect(groups.map(({ cases, scored, correct }) => [cases, scored, correct])).toEqual([
    [3, 3, 2],
    [2, 2, 2],
    [4, 4, 2],
  ]);
  // of the three answers of + are right as it is 2, then 0, 2, 1, 3, 2 and 0
  const inFirst = heads.map(({ effects }) => effects[0]!);
  expect(inFirst.map(({ accuracy }) => accuracy)).toEqual([0, 2 / 3, 1 / 3, 1, 2 / 3, 0]);
  expect(inFirst.map(({ relative }) => relative.value)).toBeAllClose([1, 0, 1 / 2, -1 / 2, 0, 1], EXACT);
  // nats are of whole answers either way
  expect(inFirst.map(({ change }) => change.value)).toBeAllClose([4 / 3, 0, 2 / 3, -2 / 3, 0, 4 / 3], EXACT);
});

test("only what is right as it is: the third case of + and the last two of * have no say", () => {
  const { groups, heads } = headTable(CASES, { ...OPTIONS, onlyCorrect: true });
  expect(groups.map(({ cases, scored, correct }) => [cases, scored, correct])).toEqual([
    [2, 3, 3],
    [2, 2, 2],
    [2, 2, 2],
  ]);
  expect(heads[0]!.effects.map(({ drop }) => drop.value)).toBeAllClose([2 / 3, 0, 1], EXACT);
  expect(heads[2]!.effects.map(({ drop }) => drop.value)).toBeAllClose([1 / 3, 0, 0], EXACT);
  expect(heads[0]!.effects.map(({ change }) => change.value)).toBeAllClose([2, 0, 2], EXACT);
});

test("an answer of which one token is wrong is not right", () => {
  const { groups } = headTable([swept("+", "10 10"), swept("+", "11 10")], { ...OPTIONS, onlyCorrect: true });
  expect(groups[0]).toMatchObject({ cases: 1, scored: 2, correct: 2 });
});

test("while it runs, a group without a case has a name, no numbers, and no say in the mean over all", () => {
  const { groups, all, heads } = headTable(
    [...CASES.slice(0, 3), { group: "later", swept: undefined }, { group: "+", swept: undefined }],
    OPTIONS,
  );
  expect(groups.map(({ name, cases, scored }) => [name, cases, scored])).toEqual([
    ["+", 3, 4],
    ["later", 0, 0],
  ]);
  expect(groups[1]!.accuracy.value).toBeNaN();
  expect(all.accuracy.value).toBe(0.75);
  expect(heads[0]!.effects[1]!.drop.value).toBeNaN();
  expect(heads[0]!.all.drop.value).toBe(0.5);
});

describe("intervals", () => {
  const draws = 1000;

  // of two cases, both, one or the other are drawn: the values at the ends have a quarter of the draws each
  test("span what two cases can be", () => {
    const { groups, heads } = headTable(CASES.slice(3, 5), { ...OPTIONS, draws });
    expect(groups[0]!.accuracy).toEqual({ value: 1, low: 1, high: 1 });
    expect(heads[1]!.effects[0]!.drop).toEqual({ value: 0.5, low: 0, high: 1 });
    expect(heads[1]!.effects[0]!.change).toEqual({ value: 1, low: 0, high: 2 });
    expect(heads[5]!.effects[0]!.drop).toEqual({ value: 1, low: 1, high: 1 });
  });

  test("of a difference are under the same draws on both sides", () => {
    const { groups, heads } = headTable([swept("+", "1 1 0"), swept("+", "0 0 0")], { ...OPTIONS, draws });
    expect(groups[0]!.accuracy).toEqual({ value: 0.5, low: 0, high: 1 });
    expect(heads[0]!.effects[0]!.drop).toEqual({ value: 0, low: 0, high: 0 });
    // draws in which nothing was right have no relative drop; in all others everything is lost
    expect(heads[1]!.effects[0]!.relative).toEqual({ value: 1, low: 1, high: 1 });
  });

  test("over all are under draws of each group by itself", () => {
    // under the same draws the one group would have right what the other has wrong, and the mean would be 1/2 throughout
    const { all } = headTable([swept("+", "1 1"), swept("+", "0 1"), swept("-", "0 1"), swept("-", "1 1")], {
      ...OPTIONS,
      draws,
    });
    expect(all.accuracy).toEqual({ value: 0.5, low: 0, high: 1 });
  });
});
