import { recordOf } from "#core/record-of.ts";
import { bootstrap, meanEstimate, meanOf, resamples, weightedMean } from "../tables/statistics.ts";
import type { Estimate, ResampleOptions } from "../tables/statistics.ts";
import { STANDINS } from "./patched-operand.ts";
import type { PatchedOperand, Standin } from "./patched-operand.ts";

/** What one stand-in at one layer's input does, mean over the pairs. */
export interface StandinEffect {
  /** By how much the right answer's logit rises. */
  readonly logit: Estimate;
  readonly nats: Estimate;
  /** Σ of its logits / Σ of the layer's own: what the fit keeps of what there is; NaN where the layer's own moves nothing much. */
  readonly kept: Estimate;
}

export interface PatchedLayers {
  /** Pairs that were run, and those that the model gets right on both sides, which the rest is about. */
  readonly tested: number;
  readonly correct: number;
  /** What the clean problem has over the corrupted one. */
  readonly clean: { readonly logit: Estimate; readonly nats: Estimate };
  /** [layer] */
  readonly layers: readonly Readonly<Record<Standin, StandinEffect>>[];
}

/** Least movement that a ratio is taken of, as a share of what a residual moves at most: below it the operand has been read, and a ratio is noise. */
const LEAST_MOVED = 0.1;

/** Means over the pairs with percentile bootstrap intervals, all under the same resamples. */
export function patchedLayers(pairs: readonly PatchedOperand[], options: ResampleOptions): PatchedLayers {
  const right = pairs.filter(({ isRight }) => isRight);
  const draws = resamples(right.length, options);
  const mean = (of: (pair: PatchedOperand) => number) => meanEstimate(right.map(of), draws);
  const layers = Array.from({ length: right[0]?.layers.length ?? 0 }, (_, layer) => layer);
  const whole = layers.map((layer) => right.map((pair) => pair.layers[layer]!.layer.logit));
  const most = Math.max(0, ...whole.map(meanOf));
  return {
    tested: pairs.length,
    correct: right.length,
    clean: { logit: mean(({ clean }) => clean.logit), nats: mean(({ clean }) => clean.nats) },
    layers: layers.map((layer) => {
      const isMoved = meanOf(whole[layer]!) > LEAST_MOVED * most;
      return recordOf(STANDINS, (name): StandinEffect => {
        const own = right.map((pair) => pair.layers[layer]![name].logit);
        const ratio = (weights: ArrayLike<number>) =>
          isMoved ? weightedMean(own, weights) / weightedMean(whole[layer]!, weights) : Number.NaN;
        return {
          logit: meanEstimate(own, draws),
          nats: mean((pair) => pair.layers[layer]![name].nats),
          kept: bootstrap(right.length, draws, ratio),
        };
      });
    }),
  };
}
