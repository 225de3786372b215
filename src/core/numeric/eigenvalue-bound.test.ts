import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { largestEigenvalueBound } from "./eigenvalue-bound.ts";

test("of a diagonal it is the largest, times what the others' number allows", () => {
  // 4^32 + 3^32 + 1: the 64th root of the sum of squares is 4 to ten digits
  expect(largestEigenvalueBound(Float64Array.of(3, 0, 0, 0, 4, 0, 0, 0, 1))).toBeCloseTo(4, 6);
  expect(largestEigenvalueBound(Float64Array.of(7))).toBeCloseTo(7, 12);
  // equal ones: √n^(1/32) times as much
  expect(largestEigenvalueBound(Float64Array.of(2, 0, 0, 2))).toBeCloseTo(2 * 2 ** (1 / 64), 12);
});

test("nothing but zeros has none, and what stands above the diagonal is not read", () => {
  expect(largestEigenvalueBound(new Float64Array(9))).toBe(0);
  // [[2, 1], [1, 2]] has 3 and 1
  expect(largestEigenvalueBound(Float64Array.of(2, 99, 1, 2))).toBeCloseTo(3, 6);
});

test("no vector is stretched by more, whatever the sizes of the numbers, and the bound is at most n^(1/64) above the farthest", () => {
  const size = fc.integer({ min: 1, max: 6 });
  const value = fc.double({ min: -1, max: 1, noNaN: true });
  const some = size.chain((n) =>
    fc.record({
      rows: fc.array(fc.array(value, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 8 }),
      x: fc.array(value, { minLength: n, maxLength: n }),
      factor: fc.constantFrom(1, 1e-30, 1e30),
    }),
  );
  fc.assert(
    fc.property(some, ({ rows, x, factor }) => {
      const n = x.length;
      const gram = Float64Array.from({ length: n * n }, (_, at) =>
        rows.reduce((sum, row) => sum + row[Math.floor(at / n)]! * row[at % n]! * factor, 0),
      );
      const bound = largestEigenvalueBound(gram);
      const square = x.reduce((sum, each) => sum + each * each, 0);
      const stretched = rows.reduce((sum, row) => sum + row.reduce((dot, each, i) => dot + each * x[i]!, 0) ** 2, 0);
      // float64 sums of 48 products, whose squares have no digits below 1e-300
      expect(stretched * factor).toBeLessThanOrEqual(bound * square * (1 + 1e-9) + 1e-300 * Math.max(1, factor));
      // an eigenvalue is at most their sum
      const trace = Array.from({ length: n }, (_, i) => gram[i * n + i]!).reduce((sum, each) => sum + each, 0);
      expect(bound).toBeLessThanOrEqual(trace * n ** (1 / 64) * (1 + 1e-9));
    }),
  );
});
