import { sum } from "#core/numeric/sum.ts";
import { meanAndSpread } from "../ablation/neuron-group.ts";
import { estimate, hitsOf, isRight, meanOverGroups, sample, scoredOf } from "./tables/head-table.ts";
import type { Per, Sampled } from "./tables/head-table.ts";
import type { CaseScore } from "./suite/scored-cases.ts";
import { resamples } from "./tables/statistics.ts";
import type { Estimate, ResampleOptions } from "./tables/statistics.ts";

/** A case, and how it fared as the model is and under each of several switches: [0] and [1 …]; undefined while it has not been run. */
export interface SwitchedCase {
  readonly group: string;
  readonly scores: readonly CaseScore[] | undefined;
}

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

export interface SwitchedOptions extends ResampleOptions {
  readonly per: Per;
  readonly onlyCorrect: boolean;
}

/**
 * Accuracy and log-probability of each group under each switch, with percentile bootstrap intervals over the cases: all switches
 * under the same resamples, groups each by itself.
 */
export function switchedAccuracy(cases: readonly SwitchedCase[], options: SwitchedOptions): SwitchedAccuracy {
  const known = cases.flatMap(({ group, scores }) => (scores ? [{ group, scores }] : []));
  const names = [...new Set(cases.map(({ group }) => group))];
  const groups = names.map((name, index) => {
    const own = known.filter(({ group }) => group === name).map(({ scores }) => scores);
    const taken = options.onlyCorrect ? own.filter(([asItIs]) => isRight(asItIs!)) : own;
    return sampledGroup(name, taken, { ...options, seed: options.seed + index });
  });
  const count = known[0]?.scores.length ?? 1;
  const overGroups = (of: (group: SampledGroup) => Float64Array | undefined) =>
    meanOverGroups(groups.flatMap((group) => of(group) ?? []));
  return {
    groups: groups.map((group) => ({
      name: group.name,
      cases: group.cases,
      scored: group.scored,
      correct: group.correct,
      ...scoresOf(group.switches),
    })),
    all: scoresOf(
      Array.from({ length: count }, (_, index) => ({
        accuracy: overGroups((group) => group.switches[index]?.accuracy),
        logProbability: overGroups((group) => group.switches[index]?.logProbability),
      })),
    ),
  };
}

type SampledGroup = ReturnType<typeof sampledGroup>;

function sampledGroup(name: string, taken: readonly (readonly CaseScore[])[], options: SwitchedOptions) {
  const draws = [new Uint32Array(taken.length).fill(1), ...resamples(taken.length, options)];
  const first = taken.map(([asItIs]) => asItIs!);
  return {
    name,
    cases: taken.length,
    scored: sum(first.map((score) => scoredOf(score, options.per))),
    correct: sum(first.map((score) => hitsOf(score, options.per))),
    switches: (taken[0] ?? []).map((_, index) =>
      sample(
        taken.map((scores) => scores[index]!),
        draws,
        options.per,
      ),
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
