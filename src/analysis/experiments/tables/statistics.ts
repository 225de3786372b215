import { randomStream } from "#core/numeric/random.ts";

/** A statistic with its 95 % percentile-bootstrap confidence interval: the ends of the middle 95 % of its values under resamples. */
export interface Estimate {
  readonly value: number;
  /** NaN: no interval, as of a single case or while not all cases have been run. */
  readonly low: number;
  readonly high: number;
}

/** How often each of n cases is drawn, [case], for each of many resamples. */
export type Resamples = readonly Uint32Array[];

export interface ResampleOptions {
  readonly draws: number;
  readonly seed: number;
}

/** Number of resamples where a request names none: enough that the ends of an interval move by less than a twentieth of its width. */
export const DEFAULT_RESAMPLES = 1000;

/** n of n cases with replacement, each time anew; one seed gives the same everywhere. */
export function resamples(cases: number, { draws, seed }: ResampleOptions): Resamples {
  const random = randomStream(seed);
  return Array.from({ length: cases > 0 ? draws : 0 }, () => {
    const counts = new Uint32Array(cases);
    for (let draw = 0; draw < cases; draw++) counts[Math.floor(random() * cases)]! += 1;
    return counts;
  });
}

/** The ends of a percentile bootstrap interval, as shares of the resamples. */
const ENDS = [0.025, 0.975] as const;

/**
 * The percentile bootstrap: the statistic of the cases as they are, and between which values 95 % of its resampled ones lie.
 * Resamples in which it is not defined (NaN, as a share of nothing) are left out.
 *
 * @param statistic of how often each case counts, [case]
 * @see Efron & Tibshirani (1993), "An Introduction to the Bootstrap", chapter 13
 */
export function bootstrap(
  cases: number,
  draws: Resamples,
  statistic: (weights: ArrayLike<number>) => number,
): Estimate {
  return interval(statistic(new Uint32Array(cases).fill(1)), draws.map(statistic));
}

/** The mean of the cases' values that are numbers, under the bootstrap. */
export const meanEstimate = (values: readonly number[], draws: Resamples): Estimate =>
  bootstrap(values.length, draws, knownMean(values));

/** A value with the interval that its resampled ones span. */
export function interval(value: number, resampled: readonly number[]): Estimate {
  const sorted = resampled.filter((each) => !Number.isNaN(each)).sort((a, b) => a - b);
  return { value, low: quantile(sorted, ENDS[0]), high: quantile(sorted, ENDS[1]) };
}

/**
 * Linear between the two nearest: Hyndman and Fan's type 7, the default of R and NumPy. NaN of nothing.
 *
 * @param sorted ascending
 */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (place - Math.floor(place)) * (above - below);
}

/** Σ w·x / Σ w; NaN where nothing has weight. */
export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  return total > 0 ? sum / total : Number.NaN;
}

/** Σ w·hits / Σ w·of: a share over cases that count for several things each. NaN of nothing. */
export function weightedShare(hits: ArrayLike<number>, of: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < hits.length; i++) {
    sum += weights[i]! * hits[i]!;
    total += weights[i]! * of[i]!;
  }
  return total > 0 ? sum / total : Number.NaN;
}

/** The mean of what is a number; NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** (before − after) / before, the paper's “accuracy decrease”; NaN where there was nothing to lose. */
export const relativeDrop = (before: number, after: number) => (before === 0 ? Number.NaN : (before - after) / before);

/** The relative drop from one share to another of the same things, under the bootstrap. */
export const relativeLoss = (
  [before, after]: readonly [before: readonly number[], after: readonly number[]],
  of: readonly number[],
  draws: Resamples,
): Estimate =>
  bootstrap(of.length, draws, (weights) =>
    relativeDrop(weightedShare(before, of, weights), weightedShare(after, of, weights)),
  );

/** Σ w·x / Σ w of what is a number, as a statistic of the weights; NaN of nothing. */
export function knownMean(values: readonly number[]): (weights: ArrayLike<number>) => number {
  const filled = values.map((value) => (Number.isNaN(value) ? 0 : value));
  const known = values.map((value) => Number(!Number.isNaN(value)));
  return (weights) => weightedShare(filled, known, weights);
}
