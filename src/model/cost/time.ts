import { parametersOf } from "./memory.ts";
import type { ModelShape } from "./memory.ts";

/** Weights that one thread of WASM reads and expands in a second, once for every run however many rows it has. */
const WEIGHTS_PER_SECOND = 0.42e9;
/** Multiply-adds of one thread in a second, in the large batches of a sweep. */
const PRODUCTS_PER_SECOND = 16e9;
/** Power of the number of threads that a run gets faster by: two threads take 1 / 1.72 of the time of one. */
const THREAD_POWER = 0.78;

/** How long a prompt takes, in milliseconds. */
export interface ExpectedTimes {
  readonly predictionMs: number;
  readonly sweepMs: number;
}

/**
 * What a prediction and a sweep of all heads of n tokens take on WASM, on a machine like the one that docs/performance.md was measured
 * on: with B weights in a block, V·d in the unembedding, L layers of H heads and t threads,
 *
 *     prediction = (L·B + V·d) / r + n·L·B / m
 *     sweep      = (L·B + V·d) / r + (n·B·Σₗ (H·l + 1) + H·L·V·d) / m,    l = 1 … L
 *
 * r = 0.42·10⁹ weights and m = 16·10⁹ multiply-adds a second, both times t^0.78. In the sweep's pass the batch grows by H heads a layer.
 * Of a graphics processor nothing is known beforehand.
 */
export function expectedTimes(shape: ModelShape, tokens: number, threads: number): ExpectedTimes {
  const { layers, heads, vocabulary, modelDim } = shape;
  const unembedding = vocabulary * modelDim;
  const blocks = parametersOf({ ...shape, hasLearnedPositions: false, tied: true }) - unembedding;
  const faster = threads ** THREAD_POWER;
  const reading = (blocks + unembedding) / (WEIGHTS_PER_SECOND * faster);
  const rows = (heads * layers * (layers + 1)) / 2 + layers;
  const swept = (tokens * (blocks / layers) * rows + heads * layers * unembedding) / (PRODUCTS_PER_SECOND * faster);
  return {
    predictionMs: 1000 * (reading + (tokens * blocks) / (PRODUCTS_PER_SECOND * faster)),
    sweepMs: 1000 * (reading + swept),
  };
}
