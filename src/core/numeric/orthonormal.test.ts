import { describe, expect, test } from "vitest";
import { dot } from "./matrix.ts";
import { orthonormal } from "./orthonormal.ts";
import { randomStream } from "./random.ts";

/** The largest |QᵀQ − I|. */
const departure = (basis: readonly Float64Array[]) =>
  Math.max(0, ...basis.flatMap((x, i) => basis.map((y, j) => Math.abs(dot(x, y) - (i === j ? 1 : 0)))));

describe("an orthonormal basis", () => {
  test("of two columns in the plane is theirs turned upright", () => {
    expect(
      orthonormal([
        [3, 4],
        [4, 4],
      ]).map((each) => [...each]),
    ).toEqual([
      [expect.closeTo(0.6, 15), expect.closeTo(0.8, 15)],
      [expect.closeTo(0.8, 14), expect.closeTo(-0.6, 14)],
    ]);
  });

  test("leaves out what earlier columns span, and columns of nothing", () => {
    const [x, y] = [
      [1, 2, 3, 4],
      [1, -1, 0, 2],
    ] as const;
    const mixed = x.map((value, row) => 3 * value - 2 * y[row]!);
    expect(orthonormal([x, [0, 0, 0, 0], y, mixed])).toHaveLength(2);
    expect(orthonormal([])).toEqual([]);
  });

  test("is orthogonal to rounding though the columns hardly differ, and spans them", () => {
    const random = randomStream(5);
    const base = Array.from({ length: 60 }, () => random() - 0.5);
    const columns = Array.from({ length: 9 }, () => base.map((value) => value + 1e-6 * (random() - 0.5)));
    const basis = orthonormal(columns);
    expect(basis).toHaveLength(9);
    expect(departure(basis)).toBeLessThan(1e-14);
    for (const column of columns) {
      const back = column.map((_, row) => basis.reduce((sum, term) => sum + dot(term, column) * term[row]!, 0));
      expect(back).toBeAllClose(column, { atol: 1e-14 });
    }
  });
});
