import { answerLogProbability, isRight } from "../tables/accuracy.ts";
import { meanEstimate, meanOf, resamples } from "../tables/statistics.ts";
import type { Estimate, ResampleOptions } from "../tables/statistics.ts";
import type { CaseScore } from "../suite/scored-cases.ts";
import type { HeuristicCase } from "./heuristic-ablation.ts";

/** The problems that the model still gets right with a set of neurons ablated. */
export interface Left {
  /** Share of them that is still right. */
  readonly accuracy: Estimate;
  /** Mean of log p(answer) as it is − with the neurons ablated, in nats. */
  readonly nats: Estimate;
}

/** k neurons of each layer off. */
export interface HeuristicAblationRow {
  readonly count: number;
  /** Neurons that are ablated in all layers, mean over the problems. */
  readonly neurons: number;
  readonly own: Left;
  readonly others: Left;
  readonly random: Left;
  /** Accuracy with the others off − with the own off: what it is to have a heuristic that applies. */
  readonly difference: Estimate;
}

export interface HeuristicAblationTable {
  /** Problems that were run, and those of them that the model gets right, which the rows are about. */
  readonly tested: number;
  readonly correct: number;
  readonly rows: readonly HeuristicAblationRow[];
}

/** Accuracy and log-probability under each set over the right problems, with percentile bootstrap intervals, all under the same resamples. */
export function heuristicAblationTable(
  cases: readonly HeuristicCase[],
  counts: readonly number[],
  options: ResampleOptions,
): HeuristicAblationTable {
  const right = cases.filter(({ baseline }) => isRight(baseline));
  const draws = resamples(right.length, options);
  return {
    tested: cases.length,
    correct: right.length,
    rows: counts.map((count, index) => {
      const accuracyOf = (pick: (each: HeuristicCase) => readonly CaseScore[]) =>
        right.map((each) => meanOf(pick(each).map((score) => (isRight(score) ? 1 : 0))));
      const left = (pick: (each: HeuristicCase) => readonly CaseScore[]): Left => ({
        accuracy: meanEstimate(accuracyOf(pick), draws),
        nats: meanEstimate(
          right.map((each) => answerLogProbability(each.baseline) - meanOf(pick(each).map(answerLogProbability))),
          draws,
        ),
      });
      const point = (each: HeuristicCase) => each.points[index]!;
      const own = (each: HeuristicCase) => [point(each).own];
      const others = (each: HeuristicCase) => point(each).others;
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
