import { fromRows, rowOf } from "#core/numeric/matrix.ts";
import { logProbability, softmax } from "#core/numeric/softmax.ts";
import type { Capture } from "../capture.ts";
import { midOf } from "../lens/increase.ts";
import { residualLogits } from "../lens/lens.ts";
import type { FrozenLens } from "../lens/lens.ts";

/** log p(target) at each layer's residMid at the last position, and its first-order change by each neuron. */
export interface Linearisation {
  /** [layer] */
  readonly atBase: Float64Array;
  /** m_k · (v_k · g), flattened [layer, neuron] */
  readonly tangents: Float64Array;
}

/**
 * What the neurons of each layer start from, and m_k · (v_k · g) for every neuron.
 *
 * g = s·γ ⊙ (u_w − Σ_t p_t u_t) is the gradient of log p(w) at the layer's residMid, p being the lens distribution there; in a
 * LayerNorm model its mean is taken out.
 * Log-sum-exp is convex, so log p is concave along any direction and this tangent is an upper bound of the neuron's increase.
 */
export async function linearise(lens: FrozenLens, run: Capture, target: number): Promise<Linearisation> {
  const { spec } = lens.runner;
  const bases = fromRows(
    run.layers.map((_, layer) => midOf(run, layer)),
    spec.modelDim,
  );
  const logits = await residualLogits(lens, bases);
  const atBase = Float64Array.from(run.layers, (_, layer) => logProbability(rowOf(logits, layer), target));
  const tangents = await mixProducts(lens, run, (layer) => logitMix(rowOf(logits, layer), target));
  return { atBase, tangents };
}

/**
 * m_k · (v_k · g) for every neuron at the last position, flattened [layer, neuron], g = s·γ ⊙ W_Uᵀ·mix being the gradient of a mix of
 * logits.
 *
 * @param mixOf one number per token, [vocabulary], for each layer
 */
export async function mixProducts(
  lens: FrozenLens,
  run: Capture,
  mixOf: (layer: number) => ArrayLike<number>,
): Promise<Float64Array> {
  const { spec, weights } = lens.runner;
  const sums = new Float64Array(spec.layers * spec.neurons);
  let mix: ArrayLike<number> | undefined;
  let gradient = new Float64Array(spec.modelDim);
  for (const [layer, { post }] of run.layers.entries()) {
    const own = mixOf(layer);
    // a mix that stays the same is read off the unembedding once
    if (own !== mix) gradient = (await weights.logitDirection(own)).map((value) => value * lens.scale);
    mix = own;
    const activations = rowOf(post, run.ids.length - 1);
    const products = await weights.valueProducts(layer, gradient);
    sums.set(
      products.map((product, neuron) => product * activations[neuron]!),
      layer * spec.neurons,
    );
  }
  return sums;
}

/** What the gradient of log p(target) is of every logit: 1 − p for the target, −p for all others. */
function logitMix(logits: Float32Array, target: number): Float64Array {
  const mix = softmax(logits).map((probability) => -probability);
  mix[target]! += 1;
  return mix;
}

/**
 * log p(target) at each residual, and its gradient there: g = s·γ ⊙ (u_w − Σ_t p_t u_t), in a LayerNorm model with its mean
 * taken out. A vector v adds at most v · g.
 *
 * @returns gradients of modelDim each
 */
export async function slopes(
  lens: FrozenLens,
  bases: readonly Float32Array[],
  target: number,
): Promise<{ readonly atBase: Float64Array; readonly gradients: Float64Array[] }> {
  const { spec, weights } = lens.runner;
  const logits = await residualLogits(lens, fromRows(bases, spec.modelDim));
  const atBase = Float64Array.from(bases, (_, row) => logProbability(rowOf(logits, row), target));
  const gradients: Float64Array[] = [];
  for (const row of bases.keys()) {
    const mix = logitMix(rowOf(logits, row), target);
    gradients.push((await weights.logitDirection(mix)).map((value) => value * lens.scale));
  }
  return { atBase, gradients };
}

/**
 * Hoeffding's lemma turned on the same tangent: the increase is at least m_k·(v_k·g) − (s·m_k·R_k)²/8, R_k being the range
 * (max − min over the vocabulary) of the logits of γ ⊙ v_k.
 *
 * @param tangents of the same run
 * @param ranges R_k, flattened [layer, neuron]
 */
export function lowerBounds(
  lens: FrozenLens,
  run: Capture,
  tangents: Float64Array,
  ranges: Float32Array,
): Float64Array {
  const { neurons } = lens.runner.spec;
  const last = run.ids.length - 1;
  const activations = run.layers.map(({ post }) => rowOf(post, last));
  return tangents.map((value, index) => {
    const activation = activations[Math.floor(index / neurons)]![index % neurons]!;
    return value - (lens.scale * activation * ranges[index]!) ** 2 / 8;
  });
}
