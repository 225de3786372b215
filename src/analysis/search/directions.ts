import { logSumExp } from "#core/numeric/softmax.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { FrozenLens } from "../lens/lens.ts";
import { chunks } from "../lens/projection.ts";

/** A mix of logits: one number for each token from `first` to `to`. It is asked for piece by piece, as many mixes of a large vocabulary are too much to hold. */
export type LogitMix = (first: number, to: number) => ArrayLike<number>;

/** Multiply-adds between two looks at the messages: a tenth of a second. */
const PIECE_PRODUCTS = 1e8;

/**
 * The gradient of each mix, s·γ ⊙ W_Uᵀ·mix, [modelDim] each, in a LayerNorm model with its mean taken out. The unembedding is read once
 * for all of them.
 *
 * @param onTokens told how many tokens have been read
 */
export async function mixGradients(
  { runner: { spec, weights }, scale }: FrozenLens,
  mixes: readonly LogitMix[],
  onTokens?: (done: number) => void,
): Promise<Float64Array[]> {
  const gradients = mixes.map(() => new Float64Array(spec.modelDim));
  if (mixes.length === 0) return gradients;
  const size = Math.max(1, Math.floor(PIECE_PRODUCTS / (mixes.length * spec.modelDim)));
  for (const { from, to } of chunks(spec.vocabulary, size)) {
    const parts = await weights.logitDirections(
      mixes.map((mix) => mix(from, to)),
      from,
    );
    // a direction is linear in its mix
    parts.forEach((part, index) => part.forEach((value, dim) => (gradients[index]![dim]! += value * scale)));
    onTokens?.(to);
  }
  return gradients;
}

/** A mix that is there as a whole. */
export const wholeMix =
  (mix: Float64Array): LogitMix =>
  (first, to) =>
    mix.subarray(first, to);

/**
 * What the gradient of Σ_w weight_w · log p(w) is of every raw logit: weight_w for each target, less p times the sum of the weights
 * for every token, through the slope of the soft-cap.
 *
 * @param total Σ weights, if it is to count as something else, such as exactly 0
 */
export function logProbabilityMix(
  { softcap }: Pick<ModelSpec, "softcap">,
  logits: Float32Array,
  weights: ReadonlyMap<number, number>,
  total = [...weights.values()].reduce((sum, weight) => sum + weight, 0),
): LogitMix {
  const all = logSumExp(logits);
  const cap = softcap?.final;
  return (first, to) => {
    const mix = Float64Array.from(logits.subarray(first, to), (logit) => -total * Math.exp(logit - all));
    for (const [token, weight] of weights) if (token >= first && token < to) mix[token - first]! += weight;
    return cap === undefined ? mix : mix.map((part, place) => part * (1 - (logits[first + place]! / cap) ** 2));
  };
}
