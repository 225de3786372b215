import type { Capture } from "./forward.ts";
import { tensorOf, unembedding } from "./model.ts";
import type { ReferenceModel } from "./model.ts";
import { hadamard, logSumExp, meanSquare, scaled, times } from "./vectors.ts";

/**
 * The projection to the vocabulary with the final norm's scale frozen (method 2.1):
 * `bs(v) = U ((v / sqrt(final_var + ε)) ⊙ γ)`, with U the unembedding and γ the final norm's gain.
 *
 * Frozen, it is linear: `bs(x + v) = bs(x) + bs(v)`.
 */
export interface Lens {
  readonly model: ReferenceModel;
  /** `1 / sqrt(final_var + ε)`. */
  readonly scale: number;
}

/** `final_var = mean(layer_output[last layer][last position]²)` of the clean run, for everything compared with it. */
export function lensOf(model: ReferenceModel, clean: Capture): Lens {
  const finalVar = meanSquare(atLast(clean.layerOutput[model.layers - 1]!));
  return { model, scale: 1 / Math.sqrt(finalVar + model.epsilon) };
}

/** The value at the last position. */
export const atLast = <T>(positions: readonly T[]): T => positions[positions.length - 1]!;

/** `bs(v)`, V logits. */
export function lensLogits({ model, scale }: Lens, vector: Float64Array): Float64Array {
  return times(unembedding(model), hadamard(scaled(vector, scale), tensorOf(model, "model.norm.weight").data));
}

/** `ln softmax(bs(v))[token]`, in nats. */
export const lensLogProbability = (lens: Lens, vector: Float64Array, token: number) =>
  logProbability(lensLogits(lens, vector), token);

/** `ln softmax(logits)[token]`, in nats. */
export const logProbability = (logits: Float64Array, token: number) => logits[token]! - logSumExp(logits);
