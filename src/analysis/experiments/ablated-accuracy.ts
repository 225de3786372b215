import { meanAndSpread } from "../ablation/neuron-group.ts";
import { accuracyGroups, estimate, meanOverGroups } from "./tables/accuracy.ts";
import type { AccuracyOptions, ChangedCase, Sampled } from "./tables/accuracy.ts";
import type { Estimate } from "./tables/statistics.ts";

/** What one ablation leaves of the answers. */
export interface AblatedScore {
  /** With it. */
  readonly accuracy: Estimate;
  /** Accuracy as it is − accuracy with it, as a share. */
  readonly lost: Estimate;
  /** Mean of log p(answer) as it is − with it, in nats. */
  readonly nats: Estimate;
}

export interface AblatedGroup {
  readonly name: string;
  readonly cases: number;
  /** Answer tokens or answers, and how many of them are right as the model is. */
  readonly scored: number;
  readonly correct: number;
  readonly accuracy: Estimate;
  /** In the order of the ablations. */
  readonly ablations: readonly AblatedScore[];
}

export interface AblatedAccuracy {
  readonly groups: readonly AblatedGroup[];
  /** The unweighted mean over the groups. */
  readonly all: { readonly accuracy: Estimate; readonly ablations: readonly AblatedScore[] };
}

/** What an ablation costs a group that should not change. */
export interface AblationCost {
  readonly group: string;
  readonly cost: AblatedScore;
  /** Accuracy lost under random ablations instead: mean and standard deviation over them. */
  readonly random: { readonly mean: number; readonly spread: number };
}

/** @param randoms places of the random ablations among the ablations */
export const costsOf = (
  groups: readonly AblatedGroup[],
  { at, randoms }: { readonly at: number; readonly randoms: readonly number[] },
): AblationCost[] =>
  groups.flatMap(({ name, ablations }) => {
    const cost = ablations[at];
    const random = meanAndSpread(randoms.map((each) => ablations[each]?.lost.value ?? Number.NaN));
    return cost ? [{ group: name, cost, random }] : [];
  });

/**
 * Accuracy and log-probability of each group under each ablation, with percentile bootstrap intervals over the cases: all ablations
 * under the same resamples, groups each by itself.
 */
export function ablatedAccuracy(cases: readonly ChangedCase[], options: AccuracyOptions): AblatedAccuracy {
  const groups = accuracyGroups(cases, options);
  const count = Math.max(0, ...groups.map(({ runs }) => runs.length));
  const overGroups = (at: number, what: keyof Sampled) =>
    meanOverGroups(groups.flatMap(({ runs }) => runs[at]?.[what] ?? []));
  return {
    groups: groups.map(({ runs, ...group }) => ({ ...group, ...scoresOf(runs) })),
    all: scoresOf(
      Array.from({ length: count }, (_, at) => ({
        accuracy: overGroups(at, "accuracy"),
        logProbability: overGroups(at, "logProbability"),
      })),
    ),
  };
}

function scoresOf([asItIs = NOTHING, ...ablations]: readonly Sampled[]): {
  readonly accuracy: Estimate;
  readonly ablations: readonly AblatedScore[];
} {
  return {
    accuracy: estimate(asItIs.accuracy),
    ablations: ablations.map(({ accuracy, logProbability }) => ({
      accuracy: estimate(accuracy),
      lost: estimate(asItIs.accuracy.map((before, draw) => before - accuracy[draw]!)),
      nats: estimate(asItIs.logProbability.map((before, draw) => before - logProbability[draw]!)),
    })),
  };
}

const NOTHING: Sampled = { accuracy: Float64Array.of(Number.NaN), logProbability: Float64Array.of(Number.NaN) };
