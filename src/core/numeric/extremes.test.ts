import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { extremes } from "./extremes.ts";
import { topIndices } from "./top.ts";

test("gives both ends, equal values in index order", () => {
  const { top, bottom } = extremes(Float32Array.of(3, 1, 4, 1, 5), 3);
  expect([...top]).toEqual([4, 2, 0]);
  expect([...bottom]).toEqual([1, 3, 0]);
});

test("gives all there are where more are asked for, and none of nothing", () => {
  expect([...extremes(Float32Array.of(2, 7), 5).top]).toEqual([1, 0]);
  expect(extremes(new Float32Array(0), 5).bottom).toHaveLength(0);
});

test("its top is topIndices', its bottom that of the negated values", () => {
  // few different values, so that many are equal
  const value = fc.integer({ min: -4, max: 4 });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (values, count) => {
      const { top, bottom } = extremes(Float32Array.from(values), count);
      expect([...top]).toEqual(topIndices(values, count));
      expect([...bottom]).toEqual(
        topIndices(
          values.map((each) => -each),
          count,
        ),
      );
    }),
  );
});
