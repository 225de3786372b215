import { answerLogProbability, isRight } from "../tables/accuracy.ts";
import { meanEstimate, meanOf, resamples } from "../tables/statistics.ts";
import type { Estimate, ResampleOptions } from "../tables/statistics.ts";
import type { CaseScore } from "../suite/scored-cases.ts";
import type { KnockedOutCase } from "./knock-out.ts";

/** The problems that the model still gets right with a set of neurons off. */
export interface Left {
  /** Share of them that is still right. */
  readonly accuracy: Estimate;
  /** Mean of log p(answer) as it is − with the neurons off, in nats. */
  readonly nats: Estimate;
}

/** k neurons of each layer off. */
export interface KnockOutRow {
  readonly count: number;
  /** Neurons that are off in all layers, mean over the problems. */
  readonly neurons: number;
  readonly own: Left;
  readonly others: Left;
  readonly random: Left;
  /** Accuracy with the others off − with the own off: what it is to have a heuristic that applies. */
  readonly difference: Estimate;
}

export interface KnockOutTable {
  /** Problems that were run, and those of them that the model gets right, which the rows are about. */
  readonly tested: number;
  readonly correct: number;
  readonly rows: readonly KnockOutRow[];
}

/** Accuracy and log-probability under each set over the right problems, with percentile bootstrap intervals, all under the same resamples. */
export function knockOutTable(
  cases: readonly KnockedOutCase[],
  counts: readonly number[],
  options: ResampleOptions,
): KnockOutTable {
  const right = cases.filter(({ baseline }) => isRight(baseline));
  const draws = resamples(right.length, options);
  return {
    tested: cases.length,
    correct: right.length,
    rows: counts.map((count, index) => {
      const accuracyOf = (pick: (each: KnockedOutCase) => readonly CaseScore[]) =>
        right.map((each) => meanOf(pick(each).map((score) => (isRight(score) ? 1 : 0))));
      const left = (pick: (each: KnockedOutCase) => readonly CaseScore[]): Left => ({
        accuracy: meanEstimate(accuracyOf(pick), draws),
        nats: meanEstimate(
          right.map((each) => answerLogProbability(each.baseline) - meanOf(pick(each).map(answerLogProbability))),
          draws,
        ),
      });
      const point = (each: KnockedOutCase) => each.points[index]!;
      const own = (each: KnockedOutCase) => [point(each).own];
      const others = (each: KnockedOutCase) => point(each).others;
      const [after, control] = [accuracyOf(own), accuracyOf(others)];
      return {
        count,
        neurons: meanOf(right.map((each) => point(each).neurons)),
        own: left(own),
        others: left(others),
        random: left((each) => point(each).random),
        difference: meanEstimate(
          control.map((value, place) => value - after[place]!),
          draws,
        ),
      };
    }),
  };
}
