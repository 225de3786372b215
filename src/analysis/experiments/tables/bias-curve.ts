import { estimate, meanOverGroups } from "./accuracy.ts";
import type { ChangedCase } from "./accuracy.ts";
import { meanAndSpread } from "../../ablation/neuron-group.ts";
import { knownMean, meanOf, relativeDrop, resamples } from "./statistics.ts";
import type { Estimate, ResampleOptions } from "./statistics.ts";
import { costsOf, ablatedAccuracy } from "../ablated-accuracy.ts";
import type { AblationCost } from "../ablated-accuracy.ts";

/** A pair, and by how much its answer is nearer to the side that it is expected on. */
export interface BiasCase {
  /** The side. */
  readonly group: string;
  readonly word: string;
  readonly template: number;
  /** ln p(answer) on its side − on the other, in nats, as the model is and under each ablation: [0] and [1 …]; undefined if not run. */
  readonly gaps: readonly number[] | undefined;
}

/** What is left of the bias with the first k neurons scaled, and what that costs. */
export interface BiasRow {
  readonly count: number;
  /** Mean gap in nats: over the sides, each the mean over its words, each the mean over the templates. */
  readonly bias: Estimate;
  /** The same of each side. */
  readonly sides: readonly Estimate[];
  /** (before − after) / before. */
  readonly reduction: Estimate;
  /** The bias over the templates that the neurons were not found under; NaN where there is only one. */
  readonly unseen: Estimate;
  /** The bias with as many random neurons of the same layers scaled: mean and standard deviation over the draws. */
  readonly random: { readonly mean: number; readonly spread: number };
  /** Of the suites that should not change. */
  readonly costs: readonly AblationCost[];
}

export interface BiasSide {
  readonly name: string;
  readonly words: number;
  readonly bias: Estimate;
}

export interface BiasCurve {
  readonly pairs: number;
  readonly sides: readonly BiasSide[];
  readonly bias: Estimate;
  readonly unseen: Estimate;
  /** The suites that should not change, as the model is. */
  readonly controls: readonly { readonly name: string; readonly scored: number; readonly accuracy: Estimate }[];
  readonly rows: readonly BiasRow[];
}

export interface BiasOptions extends ResampleOptions {
  /** The counts k: the ablations are the first k neurons, then the random sets, for each of them. */
  readonly counts: readonly number[];
  readonly randomSets: number;
}

/** The prompt under which the neurons are found, as in the paper the first. */
export const FOUND_UNDER = 0;

/**
 * Bias over k. Intervals are percentile bootstraps over the words, each with all its templates, sides each by themselves: another
 * choice of professions, not of prompts.
 */
export function biasCurve(
  cases: readonly BiasCase[],
  controls: readonly ChangedCase[],
  options: BiasOptions,
): BiasCurve {
  const sides = [...new Set(cases.map(({ group }) => group))].map((name, index) =>
    sampledSide(
      name,
      cases.filter(({ group }) => group === name),
      { ...options, seed: options.seed + index },
    ),
  );
  const { groups } = ablatedAccuracy(controls, { ...options, per: "token", onlyCorrect: false });
  const bias = (at: number) => meanOverGroups(sides.flatMap(({ gaps }) => gaps[at] ?? []));
  const unseen = (at: number) => estimate(meanOverGroups(sides.flatMap((side) => side.unseen[at] ?? [])));
  const asItIs = bias(0);
  const each = 1 + options.randomSets;
  return {
    pairs: cases.filter(({ gaps }) => gaps).length,
    sides: sides.map(({ name, words, gaps }) => ({ name, words, bias: estimateOf(gaps[0]) })),
    bias: estimate(asItIs),
    unseen: unseen(0),
    controls: groups.map(({ name, scored, accuracy }) => ({ name, scored, accuracy })),
    rows: options.counts.map((count, index): BiasRow => {
      const at = 1 + index * each;
      const randoms = Array.from({ length: options.randomSets }, (_, draw) => at + 1 + draw);
      const after = bias(at);
      return {
        count,
        bias: estimate(after),
        sides: sides.map(({ gaps }) => estimateOf(gaps[at])),
        reduction: estimate(asItIs.map((before, draw) => relativeDrop(before, after[draw]!))),
        unseen: unseen(at),
        random: meanAndSpread(randoms.map((random) => bias(random)[0]!)),
        costs: costsOf(groups, { at: at - 1, randoms: randoms.map((random) => random - 1) }),
      };
    }),
  };
}

const estimateOf = (samples: Float64Array | undefined) => estimate(samples ?? Float64Array.of(Number.NaN));

/** One side's mean gap under each ablation, as it is and under each resample: [ablation][0] and [ablation][1 …]. */
function sampledSide(name: string, cases: readonly BiasCase[], options: ResampleOptions) {
  const run = cases.flatMap(({ gaps, ...rest }) => (gaps ? [{ ...rest, gaps }] : []));
  const words = [...Map.groupBy(run, ({ word }) => word).values()];
  const draws = [new Uint32Array(words.length).fill(1), ...resamples(words.length, options)];
  const ablations = run[0]?.gaps.length ?? 0;
  const means = (of: (each: (typeof run)[number]) => boolean) =>
    Array.from({ length: ablations }, (_, at) => {
      const values = words.map((own) => meanOf(own.filter(of).map(({ gaps }) => gaps[at]!)));
      // while it runs, a word may have none of these templates yet
      return Float64Array.from(draws, knownMean(values));
    });
  return {
    name,
    words: words.length,
    gaps: means(() => true),
    unseen: means(({ template }) => template !== FOUND_UNDER),
  };
}
