import { logSumExp } from "#core/numeric/softmax.ts";
import type { PatchMetric } from "./names.ts";

/** Which tokens a metric is about: of a difference the right answer and the wrong one, else the target. */
export interface PatchQuestion {
  readonly metric: PatchMetric;
  readonly tokens: readonly number[];
}

/** What the metric needs of one run. */
export interface Readout {
  /** Of the question's tokens, in their order. */
  readonly logits: ArrayLike<number>;
  readonly logSumExp: number;
}

/** What the metric needs, of a run's logits at the last position. */
export const readoutOf = (logits: Float32Array, tokens: readonly number[]): Readout => ({
  logits: tokens.map((id) => logits[id]!),
  logSumExp: logSumExp(logits),
});

/** logit(right) − logit(wrong); ln p(target), in nats; or p(target). */
export function metricOf(metric: PatchMetric, { logits, logSumExp: total }: Readout): number {
  switch (metric) {
    case "logitDifference":
      return logits[0]! - logits[1]!;
    case "logProbability":
      return logits[0]! - total;
    case "probability":
      return Math.exp(logits[0]! - total);
    default:
      throw new Error(`patching: unknown metric ${String(metric satisfies never)}`);
  }
}

/** (m − corrupted) / (clean − corrupted): 0 is the corrupted run, 1 the clean one; NaN where both are the same. */
export const normalised = (
  value: number,
  { clean, corrupted }: { readonly clean: number; readonly corrupted: number },
) => (clean === corrupted ? Number.NaN : (value - corrupted) / (clean - corrupted));
