import { expect, test } from "vitest";
import { plotPattern } from "./plot-pattern.ts";
import type { MeasuredCell } from "./plot-pattern.ts";

const grid = (valueOf: (a: number, b: number) => number): MeasuredCell[] =>
  Array.from({ length: 100 }, (_, index) => {
    const [a, b] = [Math.floor(index / 10), index % 10];
    return { a, b, answer: a + b, value: valueOf(a, b) };
  });

test("worked out by hand: two levels, half of the variance within them", () => {
  const cells = [0, 2, 2, 4].map((value, index) => ({ a: Math.floor(index / 2), b: 0, answer: undefined, value }));
  // total: 8 / 3, within: (2 + 2) / 2
  expect(plotPattern([...cells])).toBeUndefined();
  const clear = [0, 1, 4, 5].map((value, index) => ({ a: Math.floor(index / 2), b: 0, answer: undefined, value }));
  // total: 17 / 3, within: (0.5 + 0.5) / 2
  expect(plotPattern(clear)).toEqual({
    factor: "a",
    explained: 1 - 0.5 / (17 / 3),
    level: 0,
    meanThere: 0.5,
    meanElsewhere: 4.5,
  });
});

test("names what the plot depends on", () => {
  expect(plotPattern(grid((a, b) => (a + b === 8 ? 20 : 0)))).toMatchObject({
    factor: "answer",
    explained: 1,
    level: 8,
    meanThere: 20,
    meanElsewhere: 0,
  });
  expect(plotPattern(grid((_, b) => (b % 2 === 0 ? 3 : -3) + 0.1 * b))).toMatchObject({ factor: "bParity" });
  expect(plotPattern(grid((_, b) => (b % 2 === 0 ? 3 : -3)))).toMatchObject({
    factor: "bParity",
    level: 0,
    meanThere: 3,
  });
  expect(plotPattern(grid((_, b) => (b % 4 === 0 ? 3 : 0)))).toMatchObject({ factor: "b", explained: 1 });
  expect(plotPattern(grid((a, b) => 20 * (a % 2) * (b % 2)))).toMatchObject({
    factor: "parities",
    explained: 1,
    level: 3,
  });
  expect(plotPattern(grid((a) => a * a))).toMatchObject({ factor: "a", level: 9 });
  expect(plotPattern(grid((a, b) => (a + b) % 10))).toMatchObject({ factor: "lastDigit", explained: 1 });
});

test("says nothing of noise, of nothing, and of what is the same everywhere", () => {
  expect(plotPattern(grid((a, b) => (a * 37 + b * 101) % 17))).toBeUndefined();
  expect(plotPattern([])).toBeUndefined();
  expect(plotPattern(grid(() => 4))).toBeUndefined();
});
