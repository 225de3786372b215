import { fromRows } from "#core/matrix.ts";
import { lensRanges } from "./lens.ts";
import { neuronAt } from "./neurons.ts";
import type { Runner } from "./runner.ts";

/** Neurons projected at a time: a step short enough that a stop is felt at once. */
const CHUNK = 256;

/** Multiply-adds that the exact ranges may cost: some seconds on one core. Above that they are bounded. */
const MAX_EXACT_PRODUCTS = 5e10;

/**
 * At least R_k for every neuron, flattened [layer, neuron]; R_k itself where the model is small enough to find it. They depend
 * on the model alone, so they are found once.
 *
 * @throws what `signal` was aborted with
 */
export function neuronRanges(
  runner: Runner,
  onProgress: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { layers, neurons, vocabulary, modelDim } = runner.spec;
  const find = layers * neurons * vocabulary * modelDim <= MAX_EXACT_PRODUCTS ? logitRanges : rangeBounds;
  return find(runner, onProgress, signal);
}

/** Above what the bound's own float64 sums can be off by. */
const BOUND_SLACK = 1 + 1e-6;

/**
 * Upper bounds of R_k by Cauchy and Schwarz: a logit of γ ⊙ v_k is u_t · (γ ⊙ v_k), so the range is at most
 * 2 · max_t |u_t − ū| · |γ ⊙ v_k|. Every weight is read once.
 *
 * @throws what `signal` was aborted with
 */
export async function rangeBounds(
  { spec, weights }: Runner,
  onProgress: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { layers, neurons } = spec;
  const bounds = new Float32Array(layers * neurons);
  const reach = await weights.unembeddingReach();
  for (let layer = 0; layer < layers; layer++) {
    signal?.throwIfAborted();
    const norms = await weights.valueNorms(layer);
    bounds.set(
      norms.map((norm) => 2 * reach * norm * BOUND_SLACK),
      layer * neurons,
    );
    onProgress((layer + 1) * neurons, layers * neurons);
  }
  return bounds;
}

/**
 * R_k for every neuron, flattened [layer, neuron]: the range of the logits of γ ⊙ v_k over the vocabulary. It depends on the
 * model alone, so it is found once.
 *
 * @throws what `signal` was aborted with
 */
export async function logitRanges(
  runner: Runner,
  onProgress: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const total = runner.spec.layers * runner.spec.neurons;
  const lens = { runner, scale: 1 };
  const ranges = new Float32Array(total);
  for (let from = 0; from < total; from += CHUNK) {
    signal?.throwIfAborted();
    const to = Math.min(from + CHUNK, total);
    const vectors = await runner.weights.valueVectors(
      Array.from({ length: to - from }, (_, offset) => neuronAt(lens, from + offset)),
    );
    ranges.set(await lensRanges(lens, fromRows(vectors, runner.spec.modelDim)), from);
    onProgress(to, total);
  }
  return ranges;
}
