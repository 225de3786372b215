import { bootstrap, resamples, weightedMean } from "../tables/statistics.ts";
import type { Estimate, ResampleOptions } from "../tables/statistics.ts";
import { STANDINS } from "./patched-operand.ts";
import type { Moved, PatchedOperand, Standin } from "./patched-operand.ts";

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

/** Where the layer's own residual moves less than this share of what it moves at most, its operand has been read, and a ratio is noise. */
const LEAST_MOVED = 0.1;

/** Means over the pairs with percentile bootstrap intervals, all under the same resamples. */
export function patchedLayers(pairs: readonly PatchedOperand[], options: ResampleOptions): PatchedLayers {
  const right = pairs.filter(({ isRight }) => isRight);
  const draws = resamples(right.length, options);
  const mean = (of: (pair: PatchedOperand) => number) => {
    const values = right.map(of);
    return bootstrap(right.length, draws, (weights) => weightedMean(values, weights));
  };
  const count = right[0]?.layers.length ?? 0;
  const most = Math.max(0, ...layersOf(count).map((layer) => mean((pair) => pair.layers[layer]!.layer.logit).value));
  return {
    tested: pairs.length,
    correct: right.length,
    clean: { logit: mean(({ clean }) => clean.logit), nats: mean(({ clean }) => clean.nats) },
    layers: layersOf(count).map((layer) => {
      const of = (name: Standin, unit: keyof Moved) => right.map((pair) => pair.layers[layer]![name][unit]);
      const whole = of("layer", "logit");
      const isMoved = weightedMean(whole, new Array<number>(right.length).fill(1)) > LEAST_MOVED * most;
      const effects = STANDINS.map((name) => {
        const own = of(name, "logit");
        const ratio = (weights: ArrayLike<number>) =>
          isMoved ? weightedMean(own, weights) / weightedMean(whole, weights) : Number.NaN;
        return [
          name,
          {
            logit: mean((pair) => pair.layers[layer]![name].logit),
            nats: mean((pair) => pair.layers[layer]![name].nats),
            kept: bootstrap(right.length, draws, ratio),
          },
        ] as const;
      });
      return Object.fromEntries(effects) as Record<Standin, StandinEffect>;
    }),
  };
}

const layersOf = (count: number) => Array.from({ length: count }, (_, layer) => layer);
