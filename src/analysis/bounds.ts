import { fromRows, matrix, rowOf } from "#core/matrix.ts";
import { softmax } from "#core/softmax.ts";
import type { Capture } from "./capture.ts";
import { lensLogits } from "./lens.ts";
import type { FrozenLens } from "./lens.ts";

/**
 * m_k · (v_k · g) for every neuron, flattened [layer, neuron]: the first-order change of log p(target) at residMid.
 *
 * g = s·γ ⊙ (u_w − Σ_t p_t u_t) is the gradient of log p(w) at the layer's residMid, p being the lens distribution there.
 * Log-sum-exp is convex, so log p is concave along any direction and this tangent is an upper bound of the neuron's increase.
 */
export async function tangents(lens: FrozenLens, run: Capture, target: number): Promise<Float64Array> {
  const { spec, weights } = lens.runner;
  const last = run.ids.length - 1;
  const bases = fromRows(
    run.layers.map(({ residMid }) => rowOf(residMid, last)),
    spec.modelDim,
  );
  const logits = await lensLogits(lens, bases);
  const all = new Float64Array(spec.layers * spec.neurons);
  run.layers.forEach(({ post }, layer) => {
    const mix = softmax(rowOf(logits, layer)).map((probability) => -probability);
    mix[target]! += 1;
    const gradient = weights.logitDirection(mix).map((value) => value * lens.scale);
    const activations = rowOf(post, last);
    const products = weights.valueProducts(layer, gradient).map((product, neuron) => product * activations[neuron]!);
    all.set(products, layer * spec.neurons);
  });
  return all;
}

/**
 * Hoeffding's lemma turned on the same tangent: the increase is at least m_k·(v_k·g) − (s·m_k·R_k)²/8, R_k being the range
 * (max − min over the vocabulary) of the logits of γ ⊙ v_k.
 *
 * @param tangent of the same run
 * @param ranges R_k, flattened [layer, neuron]
 */
export function lowerBounds(lens: FrozenLens, run: Capture, tangent: Float64Array, ranges: Float32Array): Float64Array {
  const { neurons } = lens.runner.spec;
  const last = run.ids.length - 1;
  const activations = run.layers.map(({ post }) => rowOf(post, last));
  return tangent.map((value, index) => {
    const activation = activations[Math.floor(index / neurons)]![index % neurons]!;
    return value - (lens.scale * activation * ranges[index]!) ** 2 / 8;
  });
}

/** The value vectors of some neurons, by flat index [layer, neuron]. */
export function valueVectors({ runner }: FrozenLens, from: number, to: number) {
  const { neurons, modelDim } = runner.spec;
  const vectors = matrix(to - from, modelDim);
  for (let index = from; index < to; index++) {
    rowOf(vectors, index - from).set(runner.weights.valueVector({ layer: Math.floor(index / neurons), neuron: index % neurons }));
  }
  return vectors;
}
