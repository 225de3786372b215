import { largestEigenvalueBound } from "#core/numeric/eigenvalue-bound.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import { chunks, takeTurn } from "../lens/projection.ts";
import type { ChunkedWork } from "../lens/projection.ts";
import type { Runner } from "../runner.ts";

/** How the rows of the unembedding lie round their mean ū: what bounds the variance of a vector's logits. It depends on the model alone. */
export interface Spread {
  /** |u_t − ū|² of every token, [vocabulary] */
  readonly squares: Float64Array;
  /** At least Σ_t ((u_t − ū) · x)² for every x of length 1. */
  readonly most: number;
}

/** Rows at once: some ten milliseconds. */
const ROWS = 1024;

/**
 * Dimensions whose products are summed. All of them together are modelDim² sums for each token; apart in B groups of `GROUP` they are B
 * times fewer, and by Cauchy and Schwarz (Σ_i y_i)² ≤ B · Σ_i y_i², so that the bound is at most B times as large.
 */
const GROUP = 64;

/** Above what float64 sums, and the float32 that some are kept in, can be off by. */
export const SUM_SLACK = 1 + 1e-6;

/**
 * Reads the unembedding twice, for its mean and for the products of each group.
 *
 * @throws what `work.signal` was aborted with
 */
export async function unembeddingSpread({ spec, weights }: Runner, work: ChunkedWork = {}): Promise<Spread> {
  const { vocabulary, modelDim } = spec;
  const mean = new Float64Array(modelDim);
  const pieces = chunks(vocabulary, ROWS);
  for (const { from, to } of pieces) {
    await takeTurn(work);
    addRows(mean, await weights.unembeddingRows(from, to - from));
    work.onProgress?.(to, 2 * vocabulary);
  }
  for (let dim = 0; dim < modelDim; dim++) mean[dim]! /= vocabulary;
  const squares = new Float64Array(vocabulary);
  const groups = chunks(modelDim, GROUP).map(({ from, to }) => ({
    from,
    products: new Float64Array((to - from) ** 2),
  }));
  for (const { from, to } of pieces) {
    await takeTurn(work);
    const rows = await weights.unembeddingRows(from, to - from);
    for (const panel of chunks(rows.rows, PANEL)) {
      const centred = centredPanel(rows, panel, mean);
      addSquares(squares, from + panel.from, panel.to - panel.from, centred);
      for (const group of groups) addProducts(group, centred);
    }
    work.onProgress?.(vocabulary + to, 2 * vocabulary);
  }
  const largest = Math.max(...groups.map(({ products }) => largestEigenvalueBound(products)));
  return { squares, most: groups.length * largest * SUM_SLACK };
}

function addRows(sum: Float64Array, { data, rows, cols }: Matrix): void {
  for (let row = 0; row < rows; row++) for (let col = 0; col < cols; col++) sum[col]! += data[row * cols + col]!;
}

/** Rows whose products are summed at once: each sum is then read and written once for so many. */
const PANEL = 8;

/** Rows less their mean, [cols, PANEL], with zeros for those that a panel lacks. */
function centredPanel(
  { data, cols }: Matrix,
  { from, to }: { readonly from: number; readonly to: number },
  mean: Float64Array,
) {
  const centred = new Float64Array(cols * PANEL);
  for (let row = from; row < to; row++) {
    for (let col = 0; col < cols; col++) centred[col * PANEL + row - from] = data[row * cols + col]! - mean[col]!;
  }
  return centred;
}

function addSquares(squares: Float64Array, first: number, rows: number, centred: Float64Array): void {
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let at = row; at < centred.length; at += PANEL) square += centred[at]! * centred[at]!;
    squares[first + row] = square * SUM_SLACK;
  }
}

/** Adds Σ x xᵀ over a panel's rows, of a group's dimensions, on the diagonal and below. */
function addProducts({ from, products }: { readonly from: number; readonly products: Float64Array }, x: Float64Array) {
  const size = Math.sqrt(products.length);
  for (let i = 0; i < size; i++) {
    const own = (from + i) * PANEL;
    const [a, b, c, d] = [x[own]!, x[own + 1]!, x[own + 2]!, x[own + 3]!];
    const [e, f, g, h] = [x[own + 4]!, x[own + 5]!, x[own + 6]!, x[own + 7]!];
    for (let j = 0, at = from * PANEL; j <= i; j++, at += PANEL) {
      const first = a * x[at]! + b * x[at + 1]! + c * x[at + 2]! + d * x[at + 3]!;
      products[i * size + j]! += first + e * x[at + 4]! + f * x[at + 5]! + g * x[at + 6]! + h * x[at + 7]!;
    }
  }
}

/** Halvings of the range in which τ is looked for. */
const STEPS = 20;

/**
 * An upper bound of Σ_t p_t ((u_t − ū) · x)² for every x of length 1: of each probability what is above τ counts with its own row's length, and the
 * rest, at most τ, with `most`. Any τ bounds it; the one that is taken is near the best.
 *
 * @param probabilities [vocabulary]
 */
export function varianceBound(probabilities: Float64Array, { squares, most }: Spread): number {
  let above = 0;
  for (const probability of probabilities) above = Math.max(above, probability);
  let below = above * 2 ** -STEPS * 2 ** -STEPS;
  for (let step = 0; step < STEPS; step++) {
    const middle = Math.sqrt(above * below);
    let reached = 0;
    for (let token = 0; token < probabilities.length; token++)
      if (probabilities[token]! > middle) reached += squares[token]!;
    if (reached > most) below = middle;
    else above = middle;
  }
  let sum = above * most;
  for (let token = 0; token < probabilities.length; token++) {
    const more = probabilities[token]! - above;
    if (more > 0) sum += more * squares[token]!;
  }
  return sum * SUM_SLACK;
}

/** The variance of capped logits is not bounded by this. */
export const hasSpread = ({ softcap }: Pick<ModelSpec, "softcap">) => softcap?.final === undefined;

/** (e^b − 1 − b) / b², by which e^y − 1 − y is at most y² times as much for every y ≤ b. */
export const bennett = (b: number) => (b < 1e-3 ? 1 / 2 + b / 6 + b * b : (Math.expm1(b) - b) / (b * b));
