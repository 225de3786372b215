import { fromRows, rowOf } from "#core/matrix.ts";
import { logProbability, softmax } from "#core/softmax.ts";
import type { Capture } from "./capture.ts";
import { midOf } from "./increase.ts";
import { residualLogits } from "./lens.ts";
import type { FrozenLens } from "./lens.ts";

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
  const { spec, weights } = lens.runner;
  const last = run.ids.length - 1;
  const bases = run.layers.map((_, layer) => midOf(run, layer));
  const { atBase, gradients } = await slopes(lens, bases, target);
  const tangents = new Float64Array(spec.layers * spec.neurons);
  for (const [layer, { post }] of run.layers.entries()) {
    const activations = rowOf(post, last);
    const products = await weights.valueProducts(layer, gradients[layer]!);
    tangents.set(
      products.map((product, neuron) => product * activations[neuron]!),
      layer * spec.neurons,
    );
  }
  return { atBase, tangents };
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
    const mix = softmax(rowOf(logits, row)).map((probability) => -probability);
    mix[target]! += 1;
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
