import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { topIndices } from "./top.ts";

test("names the largest first", () => {
  expect(topIndices([3, -1, 8, 5], 3)).toEqual([2, 3, 0]);
});

test("keeps equal values in index order", () => {
  expect(topIndices([1, 2, 2, 1, 2], 4)).toEqual([1, 2, 4, 0]);
});

test("takes NaN for smaller than everything", () => {
  expect(topIndices([NaN, -5, NaN, -9], 3)).toEqual([1, 3, 0]);
});

test("gives all where fewer are there, and none where none are asked for", () => {
  expect(topIndices([1, 2], 5)).toEqual([1, 0]);
  expect(topIndices([1, 2], 0)).toEqual([]);
  expect(topIndices([], 3)).toEqual([]);
});

test("is the beginning of a stable sort", () => {
  const values = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 60 });
  fc.assert(
    fc.property(values, fc.nat({ max: 70 }), (numbers, count) => {
      const sorted = numbers.map((_, i) => i).sort((a, b) => numbers[b]! - numbers[a]!);
      expect(topIndices(numbers, count)).toEqual(sorted.slice(0, count));
    }),
  );
});
