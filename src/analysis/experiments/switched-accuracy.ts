import { meanAndSpread } from "../ablation/neuron-group.ts";
import { accuracyGroups, estimate, meanOverGroups } from "./tables/accuracy.ts";
import type { AccuracyOptions, ChangedCase, Sampled } from "./tables/accuracy.ts";
import type { Estimate } from "./tables/statistics.ts";

/** What one switch leaves of the answers. */
export interface SwitchedScore {
  /** With it. */
  readonly accuracy: Estimate;
  /** Accuracy as it is − accuracy with it, as a share. */
  readonly lost: Estimate;
  /** Mean of log p(answer) as it is − with it, in nats. */
  readonly nats: Estimate;
}

export interface SwitchedGroup {
  readonly name: string;
  readonly cases: number;
  /** Answer tokens or answers, and how many of them are right as the model is. */
  readonly scored: number;
  readonly correct: number;
  readonly accuracy: Estimate;
  /** In the order of the switches. */
  readonly switches: readonly SwitchedScore[];
}

export interface SwitchedAccuracy {
  readonly groups: readonly SwitchedGroup[];
  /** The unweighted mean over the groups. */
  readonly all: { readonly accuracy: Estimate; readonly switches: readonly SwitchedScore[] };
}

/** What a switch costs a group that should not change. */
export interface SwitchedCost {
  readonly group: string;
  readonly cost: SwitchedScore;
  /** Accuracy lost under random switches instead: mean and standard deviation over them. */
  readonly random: { readonly mean: number; readonly spread: number };
}

/** @param randoms places of the random switches among the switches */
export const costsOf = (
  groups: readonly SwitchedGroup[],
  { at, randoms }: { readonly at: number; readonly randoms: readonly number[] },
): SwitchedCost[] =>
  groups.flatMap(({ name, switches }) => {
    const cost = switches[at];
    const random = meanAndSpread(randoms.map((each) => switches[each]?.lost.value ?? Number.NaN));
    return cost ? [{ group: name, cost, random }] : [];
  });

/**
 * Accuracy and log-probability of each group under each switch, with percentile bootstrap intervals over the cases: all switches
 * under the same resamples, groups each by itself.
 */
export function switchedAccuracy(cases: readonly ChangedCase[], options: AccuracyOptions): SwitchedAccuracy {
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

function scoresOf([asItIs = NOTHING, ...switches]: readonly Sampled[]): {
  readonly accuracy: Estimate;
  readonly switches: readonly SwitchedScore[];
} {
  return {
    accuracy: estimate(asItIs.accuracy),
    switches: switches.map(({ accuracy, logProbability }) => ({
      accuracy: estimate(accuracy),
      lost: estimate(asItIs.accuracy.map((before, draw) => before - accuracy[draw]!)),
      nats: estimate(asItIs.logProbability.map((before, draw) => before - logProbability[draw]!)),
    })),
  };
}

const NOTHING: Sampled = { accuracy: Float64Array.of(Number.NaN), logProbability: Float64Array.of(Number.NaN) };
