/**
 * How far float32 carries a norm and attention's scores. All factors are powers of two, so that nothing is rounded and every number in
 * range is what it would be without them.
 */

/** Twice what float32's largest number rounds up to: a product that reaches it is infinite. */
const INFINITE_LOG2 = 128;
/** The smallest number that keeps all its digits; graphics processors may take smaller ones for 0. */
const SMALLEST_LOG2 = -126;
/** An addend below this share of another changes nothing. */
const NEGLIGIBLE_LOG2 = -24;

/** How a norm's input is shrunk before it is squared, and how large it may be. */
export interface NormRange {
  /** s in norm(x, ε) = norm(s·x, s²·ε): as small as it can be with every square that matters beside ε still in range. */
  readonly shrink: number;
  /** Where the sum of the shrunk squares of a whole vector could leave float32. */
  readonly limit: number;
}

/** @param size how many values are normalised together */
export function normRange(epsilon: number, size: number): NormRange {
  const shrinkLog2 = Math.max(0, Math.floor((NEGLIGIBLE_LOG2 - SMALLEST_LOG2 + Math.log2(epsilon)) / 2));
  const limitLog2 = Math.floor((INFINITE_LOG2 - Math.log2(size)) / 2) + shrinkLog2;
  return { shrink: 2 ** -shrinkLog2, limit: 2 ** Math.min(limitLog2, INFINITE_LOG2 - 1) };
}

/** A factor that makes a value infinite exactly where it is at least as large as the limit. */
export const infiniteFrom = (limit: number) => 2 ** INFINITE_LOG2 / limit;

/** Scores that a query gives to keys it does not see: below all that `queryLimit` allows, yet finite. */
export const MASKED_SCORE = -(2 ** 126);

/**
 * How large numbers of queries and keys may be: turned by positions, which can add half as much again, no sum of headDim products
 * leaves float32, and none of them times the scores' scale, which is at most 1, comes near `MASKED_SCORE`.
 */
export const queryLimit = (headDim: number) => 2 ** Math.floor((122 - Math.log2(headDim)) / 2);
