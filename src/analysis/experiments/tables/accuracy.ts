import { sum } from "#core/numeric/sum.ts";
import type { CaseScore } from "../suite/scored-cases.ts";
import { interval, meanOf, resamples, weightedMean, weightedShare } from "./statistics.ts";
import type { Estimate, ResampleOptions, Resamples } from "./statistics.ts";

/** `token`: every token of an answer counts, given the true ones before it, as in the paper; `answer`: it is right as a whole. */
export type Per = "token" | "answer";

export interface AccuracyOptions extends ResampleOptions {
  readonly per: Per;
  /** Leaves out the cases whose answer is not right as the model is. */
  readonly onlyCorrect: boolean;
}

/** A case, and how it fared as the model is and under each of several changes: [0] and [1 …]; undefined while it has not been run. */
export interface ChangedCase {
  readonly group: string;
  readonly scores: readonly CaseScore[] | undefined;
}

/** A statistic of the cases as they are and under each resample: [0] and [1 …]. */
export interface Sampled {
  readonly accuracy: Float64Array;
  readonly logProbability: Float64Array;
}

/** The cases of one group that were run so far and are taken into account. */
export interface AccuracyGroup {
  readonly name: string;
  readonly cases: number;
  /** Answer tokens or answers, and how many of them are right as the model is. */
  readonly scored: number;
  readonly correct: number;
  /** As the model is and under each change: [0] and [1 …]. */
  readonly runs: readonly [asItIs: Sampled, ...changed: readonly Sampled[]];
}

/**
 * Accuracy and log-probability of each group as the model is and under each change, with the resamples of percentile bootstraps over the
 * cases: all changes under the same ones, groups each by itself.
 */
export function accuracyGroups(cases: readonly ChangedCase[], options: AccuracyOptions): AccuracyGroup[] {
  const { per, onlyCorrect, seed } = options;
  return [...Map.groupBy(cases, ({ group }) => group)].map(([name, own], index) => {
    const run = own.flatMap(({ scores }) => (scores ? [scores] : []));
    const taken = onlyCorrect ? run.filter(([asItIs]) => isRight(asItIs!)) : run;
    const draws = [
      new Uint32Array(taken.length).fill(1),
      ...resamples(taken.length, { ...options, seed: seed + index }),
    ];
    const sampled = (at: number) =>
      sample(
        taken.map((scores) => scores[at]!),
        draws,
        per,
      );
    const changes = Math.max(0, (taken[0]?.length ?? 0) - 1);
    return {
      name,
      cases: taken.length,
      scored: sum(taken.map(([asItIs]) => scoredOf(asItIs!, per))),
      correct: sum(taken.map(([asItIs]) => hitsOf(asItIs!, per))),
      runs: [sampled(0), ...Array.from({ length: changes }, (_, change) => sampled(1 + change))],
    };
  });
}

function sample(scores: readonly CaseScore[], draws: Resamples, per: Per): Sampled {
  const hits = scores.map((score) => hitsOf(score, per));
  const of = scores.map((score) => scoredOf(score, per));
  const answers = scores.map(answerLogProbability);
  return {
    accuracy: Float64Array.from(draws, (weights) => weightedShare(hits, of, weights)),
    logProbability: Float64Array.from(draws, (weights) => weightedMean(answers, weights)),
  };
}

export const isRight = ({ isTop }: CaseScore) => isTop.every(Boolean);
export const hitsOf = (score: CaseScore, per: Per) =>
  per === "token" ? score.isTop.filter(Boolean).length : Number(isRight(score));
export const scoredOf = ({ isTop }: CaseScore, per: Per) => (per === "token" ? isTop.length : 1);
/** ln p(answer | prompt): the sum over its tokens. */
export const answerLogProbability = ({ logProbability }: CaseScore) =>
  logProbability.reduce((sum, value) => sum + value, 0);

/** A statistic's estimate, from its value and the resampled ones behind it. */
export const estimate = ([value = Number.NaN, ...resampled]: Float64Array): Estimate => interval(value, resampled);

/** The mean over the groups of each sample; groups without a case have no say. */
export function meanOverGroups(samples: readonly Float64Array[]): Float64Array {
  const longest = samples.reduce((most, { length }) => Math.max(most, length), 1);
  return Float64Array.from({ length: longest }, (_, draw) =>
    meanOf(samples.map((values) => values[draw] ?? Number.NaN)),
  );
}
