/** One measured cell of an operand plot. */
export interface MeasuredCell {
  readonly a: number;
  readonly b: number;
  /** The right answer, where the operation has one. */
  readonly answer: number | undefined;
  readonly value: number;
}

/** What a plot depends on most, in words that a person would use. */
export interface PlotPattern {
  readonly factor: FactorName;
  /** Share of the variance between the factor's levels, corrected for how many levels there are; at most 1. */
  readonly explained: number;
  /** The level with the mean that is farthest from all others'. */
  readonly level: number;
  readonly meanThere: number;
  readonly meanElsewhere: number;
}

/** The coarser ones first. */
const FACTORS = {
  aParity: ({ a }) => a % 2,
  bParity: ({ b }) => b % 2,
  answerParity: ({ answer }) => (answer === undefined ? undefined : Math.abs(answer % 2)),
  /** 2 · (a odd) + (b odd) */
  parities: ({ a, b }) => 2 * (a % 2) + (b % 2),
  a: ({ a }) => a,
  b: ({ b }) => b,
  lastDigit: ({ answer }) => (answer === undefined ? undefined : Math.abs(answer % 10)),
  answer: ({ answer }) => answer,
} satisfies Record<string, (cell: MeasuredCell) => number | undefined>;

export type FactorName = keyof typeof FACTORS;

/** The finer factor that each coarser one sums up: with as many levels in a plot, the coarser is only another name for it. */
const FINER: { readonly [factor in FactorName]?: FactorName } = {
  aParity: "a",
  bParity: "b",
  answerParity: "answer",
  lastDigit: "answer",
};
const NAMES = Object.keys(FACTORS) as FactorName[];

/** A finer factor has to explain this much more than a coarser one. */
const LEAST_GAIN = 0.02;
/** Below this no single factor says what the plot shows. */
const LEAST_EXPLAINED = 0.3;

/**
 * The factor that explains most of a plot's variation: for the groups that each factor makes of the cells,
 * adjusted η² = 1 − (SS within / (n − k)) / (SS total / (n − 1)) for n cells in k groups. Without the correction the factor with the
 * most levels would always win.
 *
 * @returns undefined where none explains enough, or there is nothing to explain
 */
export function plotPattern(cells: readonly MeasuredCell[]): PlotPattern | undefined {
  const known = cells.filter(({ value }) => !Number.isNaN(value));
  const levels = (factor: FactorName) => new Set(known.map((cell) => FACTORS[factor](cell))).size;
  const isOwnName = (factor: FactorName) =>
    factor === "parities"
      ? levels(factor) > Math.max(levels("aParity"), levels("bParity"))
      : !FINER[factor] || levels(factor) < levels(FINER[factor]);
  const found = NAMES.filter(isOwnName).flatMap((factor) => patternOf(known, factor) ?? []);
  const best = found.reduce<PlotPattern | undefined>(
    (most, each) => (most === undefined || each.explained > most.explained + LEAST_GAIN ? each : most),
    undefined,
  );
  return best && best.explained >= LEAST_EXPLAINED ? best : undefined;
}

function patternOf(cells: readonly MeasuredCell[], factor: FactorName): PlotPattern | undefined {
  const levels = new Map<number, number[]>();
  for (const cell of cells) {
    const level = FACTORS[factor](cell);
    if (level !== undefined) levels.set(level, [...(levels.get(level) ?? []), cell.value]);
  }
  const all = [...levels.values()].flat();
  const [n, k] = [all.length, levels.size];
  if (k < 2 || n <= k) return undefined;
  const total = squares(all) / (n - 1);
  if (total === 0) return undefined;
  const within = [...levels.values()].reduce((sum, values) => sum + squares(values), 0) / (n - k);
  const contrasts = [...levels].map(([level, values]) => {
    const meanThere = mean(values);
    const meanElsewhere = (mean(all) * n - meanThere * values.length) / (n - values.length);
    return { level, meanThere, meanElsewhere };
  });
  const strongest = contrasts.reduce((most, each) => (gap(each) > gap(most) ? each : most));
  return { factor, explained: 1 - within / total, ...strongest };
}

const gap = ({ meanThere, meanElsewhere }: { readonly meanThere: number; readonly meanElsewhere: number }) =>
  Math.abs(meanThere - meanElsewhere);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function squares(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}
