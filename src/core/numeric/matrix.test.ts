import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { addScaled, dot, fromRows, matrix, rowOf } from "./matrix.ts";

const float = fc.float({ noNaN: true, min: -100, max: 100 });
const pairOfLength = (length: number) => fc.tuple(vectorOf(length), vectorOf(length), vectorOf(length));
const vectorOf = (length: number) => fc.array(float, { minLength: length, maxLength: length });

test("is row-major, and a row is a view of it", () => {
  const m = matrix(2, 3, new Float32Array([1, 2, 3, 4, 5, 6]));
  rowOf(m, 1)[0] = 40;
  expect([...m.data]).toEqual([1, 2, 3, 40, 5, 6]);
});

test("starts at 0 where no values are given, and may be empty", () => {
  expect(matrix(2, 2).data).toEqual(new Float32Array(4));
  expect(matrix(0, 5).data).toHaveLength(0);
});

test("stacks rows, copying them", () => {
  const first = new Float64Array([1, 2]);
  const m = fromRows([first, [3, 4]], 2);
  first[0] = 9;
  expect(m).toEqual({ rows: 2, cols: 2, data: new Float32Array([1, 2, 3, 4]) });
});

test.each([
  ["values that do not fill the shape", () => matrix(2, 3, new Float32Array(5)), "matrix: 2 × 3 needs 6 values, got 5"],
  ["a row below", () => rowOf(matrix(2, 3), -1), "matrix: row -1 of 2"],
  ["a row beyond", () => rowOf(matrix(2, 3), 2), "matrix: row 2 of 2"],
  ["products of different lengths", () => dot([1], [1, 2]), "dot: 1 values against 2"],
  ["sums of different lengths", () => addScaled(new Float32Array(1), [1, 2]), "addScaled: 1 values and 2"],
])("refuses %s", (_name, make, message) => {
  expect(make).toThrow(new RangeError(message));
});

test("dot and addScaled give the values worked out by hand", () => {
  expect(dot([1, 2, 3], [10, 0, -1])).toBe(7);
  expect([...addScaled(new Float32Array([1, 2]), [10, 20], 0.5)]).toEqual([6, 12]);
  expect([...addScaled(new Float32Array([1, 2]), [10, 20])]).toEqual([11, 22]);
});

test("dot is summed in float64, where float32 would lose the small term", () => {
  expect(dot(new Float32Array([2 ** 24, 1]), new Float32Array([1, 1]))).toBe(2 ** 24 + 1);
});

test("dot is linear: a · (b + f c) = a · b + f (a · c)", () => {
  fc.assert(
    fc.property(pairOfLength(5), fc.integer({ min: -4, max: 4 }), ([a, b, c], factor) => {
      const together = dot(
        a,
        b.map((value, i) => value + factor * c[i]!),
      );
      // terms up to 5 · 100 · 500 in float64
      expect(together).toBeAllClose(dot(a, b) + factor * dot(a, c), { atol: 1e-8 });
    }),
  );
});
