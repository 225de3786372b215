import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { matrix } from "#core/numeric/matrix.ts";
import { COUNTING_SPEC, CountingRunner } from "#test/counting-runner.ts";
import type { Runner } from "../runner.ts";
import { bennett, unembeddingSpread, varianceBound } from "./spread.ts";

/** A runner whose unembedding has these rows. */
function withRows(rows: readonly (readonly number[])[]): Runner {
  const modelDim = rows[0]!.length;
  const runner = new CountingRunner({ ...COUNTING_SPEC, modelDim, vocabulary: rows.length });
  const unembeddingRows = (first: number, count: number) =>
    Promise.resolve(matrix(count, modelDim, Float32Array.from(rows.slice(first, first + count).flat())));
  return { ...runner, spec: runner.spec, weights: { ...runner.weights, unembeddingRows } } as unknown as Runner;
}

test("two rows about their mean, by hand", async () => {
  // the mean is (1, 2): the rows are (±3, ±4) from it, 5 each; both together stretch along (3, 4) / 5 by 50
  const { squares, most } = await unembeddingSpread(
    withRows([
      [4, 6],
      [-2, -2],
    ]),
  );
  expect([...squares]).toBeAllClose([25, 25], { atol: 1e-3 });
  expect(most).toBeGreaterThanOrEqual(50);
  // 2^(1/64) and the slack above it
  expect(most).toBeLessThan(50 * 1.011);
  // one token has it all: 25 by its own row, or 50 by both
  expect(varianceBound(Float64Array.of(1, 0), { squares, most })).toBeCloseTo(25, 2);
  // both alike: half of 50, or 25
  expect(varianceBound(Float64Array.of(0.5, 0.5), { squares, most })).toBeGreaterThanOrEqual(25);
});

test("e^y − 1 − y stays below its bound for every y up to b", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.double({ min: 0, max: 1e-2, noNaN: true }), fc.double({ min: 0, max: 30, noNaN: true })),
      fc.double({ min: -3, max: 1, noNaN: true }),
      (b, share) => {
        const y = b * share;
        // squares of less lose their digits
        fc.pre(y === 0 || Math.abs(y) > 1e-150);
        // y² times the series 1/2! + y/3! + …, summed where expm1(y) − y would cancel
        const excess =
          Math.abs(y) > 0.1 ? Math.expm1(y) - y : y * y * (1 / 2 + y / 6 + y ** 2 / 24 + y ** 3 / 120 + y ** 4 / 720);
        expect(excess).toBeLessThanOrEqual(bennett(b) * y * y * (1 + 1e-9));
      },
    ),
  );
  expect(bennett(0)).toBe(0.5);
  // (e − 2) / 1
  expect(bennett(1)).toBeCloseTo(Math.E - 2, 12);
  expect(bennett(1e4)).toBe(Infinity);
});

test("the log of what a random variable's exponential is on average stays below Bennett's bound, and the variance below its own", async () => {
  const value = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: -8, max: 8 }).map((eighths) => eighths / 8) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1e-6, -1000, 1000) },
  );
  // 70 dimensions: two groups
  const dims = fc.constantFrom(1, 3, 70);
  const some = fc.tuple(dims, fc.integer({ min: 1, max: 12 })).chain(([dim, tokens]) =>
    fc.record({
      rows: fc.array(fc.array(value, { minLength: dim, maxLength: dim }), { minLength: tokens, maxLength: tokens }),
      x: fc.array(value, { minLength: dim, maxLength: dim }),
      logits: fc.array(fc.double({ min: -30, max: 5, noNaN: true }), { minLength: tokens, maxLength: tokens }),
      step: fc.constantFrom(0, 1e-4, -1e-2, 0.3, -1, 5),
    }),
  );
  await fc.assert(
    fc.asyncProperty(some, async ({ rows, x, logits, step }) => {
      const spread = await unembeddingSpread(withRows(rows));
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const p = Float64Array.from(logits, (logit) => Math.exp(logit) / total);
      const a = rows.map((row) => row.reduce((sum, each, dim) => sum + each * x[dim]!, 0));
      const mean = a.reduce((sum, each, token) => sum + p[token]! * each, 0);
      const variance = a.reduce((sum, each, token) => sum + p[token]! * (each - mean) ** 2, 0);
      const square = x.reduce((sum, each) => sum + each * each, 0);
      const most = varianceBound(p, spread) * square;
      expect(variance).toBeLessThanOrEqual(most + 1e-12);
      // no more than the longest row's
      expect(varianceBound(p, spread)).toBeLessThanOrEqual(Math.max(...spread.squares) * (1 + 1e-5) + 1e-12);
      const range = Math.max(...a) - Math.min(...a);
      const largest = Math.max(...a.map((each) => step * (each - mean)));
      const excess =
        largest + Math.log(a.reduce((sum, each, t) => sum + p[t]! * Math.exp(step * (each - mean) - largest), 0));
      expect(excess).toBeLessThanOrEqual(bennett(Math.abs(step) * range) * step ** 2 * most * (1 + 1e-9) + 1e-9);
    }),
    { numRuns: 200 },
  );
});
