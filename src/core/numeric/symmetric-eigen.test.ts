import { describe, expect, test } from "vitest";
import { dot } from "./matrix.ts";
import { randomStream } from "./random.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

const symmetric = (size: number, seed: number, scale: (i: number, j: number) => number = () => 1) => {
  const random = randomStream(seed);
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) matrix[i * size + j] = matrix[j * size + i] = (random() - 0.5) * scale(i, j);
  }
  return matrix;
};

describe("eigenvectors of a symmetric matrix", () => {
  test("of [[2, 1], [1, 2]] are the diagonals, 3 and 1", () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect([...values]).toEqual([expect.closeTo(3, 14), expect.closeTo(1, 14)]);
    expect(Math.abs(vectors[0]![0]! + vectors[0]![1]!)).toBeCloseTo(Math.SQRT2, 14);
    expect(Math.abs(vectors[1]![0]! - vectors[1]![1]!)).toBeCloseTo(Math.SQRT2, 14);
  });

  test("of the path 1 − 2 − 3 − 4 are 2 cos(kπ/5), in order", () => {
    const path = Float64Array.from({ length: 16 }, (_, at) => (Math.abs(Math.floor(at / 4) - (at % 4)) === 1 ? 1 : 0));
    const want = [1, 2, 3, 4].map((k) => 2 * Math.cos((k * Math.PI) / 5));
    expect([...symmetricEigen(path, 4).values]).toBeAllClose(want, { atol: 1e-14 });
  });

  test.each([
    ["of 1", 1, symmetric(1, 3)],
    ["of 30", 30, symmetric(30, 7)],
    ["of 90, over twelve orders of size", 90, symmetric(90, 8, (i, j) => 10 ** (-(i + j) / 15))],
    ["of nothing but zeros", 6, new Float64Array(36)],
    ["of rank 1", 5, Float64Array.from({ length: 25 }, (_, at) => (1 + Math.floor(at / 5)) * (1 + (at % 5)))],
  ])("%s: A·v = λ·v, v orthonormal, Σ λ the trace, λ falling", (_, size, matrix) => {
    const { values, vectors } = symmetricEigen(matrix, size);
    const norm = Math.sqrt(dot(matrix, matrix)) || 1;
    vectors.forEach((vector, place) => {
      const product = Array.from({ length: size }, (_row, row) =>
        dot(matrix.subarray(row * size, (row + 1) * size), vector),
      );
      expect(product).toBeAllClose(
        Array.from(vector, (value) => value * values[place]!),
        { atol: 1e-13 * norm },
      );
      expect(vectors.map((other) => dot(vector, other))).toBeAllClose(
        vectors.map((_other, at) => (at === place ? 1 : 0)),
        { atol: 1e-12 },
      );
    });
    const trace = Array.from({ length: size }, (_row, i) => matrix[i * size + i]!).reduce(
      (sum, value) => sum + value,
      0,
    );
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(trace, 10);
    expect([...values]).toEqual([...values].toSorted((x, y) => y - x));
  });

  test("leaves the matrix as it is, and of nothing finds nothing", () => {
    const matrix = Float64Array.of(2, 1, 1, 2);
    symmetricEigen(matrix, 2);
    expect([...matrix]).toEqual([2, 1, 1, 2]);
    expect(symmetricEigen(new Float64Array(0), 0)).toEqual({ values: new Float64Array(0), vectors: [] });
  });
});
