import { capped, unembedding, unembeddingBias } from "./families/family.ts";
import type { ReferenceModel } from "./families/family.ts";
import type { Capture } from "./forward.ts";
import { normAtScale, normLinearPart, normScale } from "./norms.ts";
import { logSumExp, plus, scaled, times } from "./vectors.ts";

/**
 * The projection to the vocabulary with the final norm's scale frozen (method 2.1):
 * `bs(v) = U ((v / sqrt(final_var + ε)) ⊙ γ)`, with U the unembedding and γ the final norm's gain. A LayerNorm takes
 * the mean of v out first and adds its bias β, and the head may have a bias b: `bs(v) = U ((v − mean v) s ⊙ γ + β) + b`.
 *
 * Frozen, it is affine, and linear where there are no biases: `bs(x + v) = bs(x) + L(v)` with L its linear part. A model that scales its
 * logits has the scale in U and b; one that caps them has the cap outside: log-probabilities are those of `c tanh(bs / c)`.
 */
export interface Lens {
  readonly model: ReferenceModel;
  /** `1 / sqrt(final_var + ε)`. */
  readonly scale: number;
}

/**
 * `final_var` of the clean run's last layer output at its last position, for everything compared with it: the mean
 * square, or with LayerNorm the variance.
 */
export const lensOf = (model: ReferenceModel, clean: Capture): Lens => ({
  model,
  scale: normScale(model.anatomy.finalNorm(model), atLast(clean.layerOutput[model.layers - 1]!)),
});

/** The value at the last position. */
export const atLast = <T>(positions: readonly T[]): T => positions[positions.length - 1]!;

/** `bs(v)`, V logits before a cap. */
export function rawLogits({ model, scale }: Lens, vector: Float64Array): Float64Array {
  const logits = times(unembedding(model), normAtScale(model.anatomy.finalNorm(model), vector, scale));
  const bias = unembeddingBias(model);
  return scaled(bias ? plus(logits, bias) : logits, model.logitScale ?? 1);
}

/** The logits as the model has them: of raw ones. */
export const cappedLogits = ({ logitCap }: ReferenceModel, raw: Float64Array): Float64Array =>
  raw.map((logit) => capped(logit, logitCap));

/** V logits: of the final residual the model's own. */
export const lensLogits = (lens: Lens, vector: Float64Array): Float64Array =>
  cappedLogits(lens.model, rawLogits(lens, vector));

/** The linear part, V logits: what a vector adds to the raw ones, whatever it is added to. The biases are no vector's. */
export const addedLogits = ({ model, scale }: Lens, vector: Float64Array): Float64Array =>
  scaled(
    times(unembedding(model), normLinearPart(model.anatomy.finalNorm(model), vector, scale)),
    model.logitScale ?? 1,
  );

/** `ln softmax(bs(v))[token]`, in nats. */
export const lensLogProbability = (lens: Lens, vector: Float64Array, token: number) =>
  logProbability(lensLogits(lens, vector), token);

/** `ln softmax(logits)[token]`, in nats. */
export const logProbability = (logits: Float64Array, token: number) => logits[token]! - logSumExp(logits);
