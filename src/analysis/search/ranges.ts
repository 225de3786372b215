import { fromRows } from "#core/numeric/matrix.ts";
import { lensRanges } from "../lens/lens.ts";
import { chunks, takeTurn } from "../lens/projection.ts";
import type { ChunkedWork } from "../lens/projection.ts";
import type { Runner } from "../runner.ts";
import { neuronsOf } from "./token-index.ts";

/** Neurons projected at a time: a step short enough that a stop is felt at once. */
const CHUNK = 256;

/** R_k of a layer, where it was found before, as a token index has it. */
export type KnownRanges = (layer: number) => Promise<Float32Array | undefined> | undefined;

/** Multiply-adds that the exact ranges may cost: some seconds on one core. Above that they are bounded. */
const MAX_EXACT_PRODUCTS = 5e10;

/**
 * At least R_k for every neuron, flattened [layer, neuron]; R_k itself where it is known or the model is small enough to find it.
 * They depend on the model alone, so they are found once.
 *
 * @throws what `work.signal` was aborted with
 */
export function neuronRanges(runner: Runner, known: KnownRanges, work: ChunkedWork = {}): Promise<Float32Array> {
  const { layers, neurons, vocabulary, modelDim } = runner.spec;
  const find = layers * neurons * vocabulary * modelDim <= MAX_EXACT_PRODUCTS ? logitRanges : rangeBounds;
  return find(runner, known, work);
}

/** Above what the bound's own float64 sums can be off by. */
const BOUND_SLACK = 1 + 1e-6;

/**
 * Upper bounds of R_k by Cauchy and Schwarz: a logit of γ ⊙ v_k is u_t · (γ ⊙ v_k), so the range is at most
 * 2 · max_t |u_t − ū| · |γ ⊙ v_k|, behind a soft-cap 2 · max_t |u_t| · |γ ⊙ v_k|. Every weight is read once; what is known is taken as it is.
 *
 * @throws what `work.signal` was aborted with
 */
export async function rangeBounds(
  { spec, weights }: Runner,
  known: KnownRanges,
  work: ChunkedWork = {},
): Promise<Float32Array> {
  const { layers, neurons } = spec;
  const bounds = new Float32Array(layers * neurons);
  const reach = await weights.unembeddingReach();
  for (let layer = 0; layer < layers; layer++) {
    await takeTurn(work);
    const found = await known(layer);
    bounds.set(
      found ?? (await weights.valueNorms(layer)).map((norm) => 2 * reach * norm * BOUND_SLACK),
      layer * neurons,
    );
    work.onProgress?.((layer + 1) * neurons, layers * neurons);
  }
  return bounds;
}

/**
 * R_k for every neuron, flattened [layer, neuron]: the range of the logits of γ ⊙ v_k over the vocabulary. It depends on the
 * model alone, so it is found once; the layers of a token index have it already.
 *
 * @throws what `work.signal` was aborted with
 */
export async function logitRanges(runner: Runner, known: KnownRanges, work: ChunkedWork = {}): Promise<Float32Array> {
  const { layers, neurons, modelDim } = runner.spec;
  const total = layers * neurons;
  const ranges = new Float32Array(total);
  for (let layer = 0; layer < layers; layer++) {
    const start = layer * neurons;
    const found = await known(layer);
    if (found) ranges.set(found, start);
    for (const { from, to } of found ? [] : chunks(neurons, CHUNK)) {
      await takeTurn(work);
      const vectors = await runner.weights.valueVectors(neuronsOf(layer, from, to));
      ranges.set(await lensRanges({ runner, scale: 1 }, fromRows(vectors, modelDim)), start + from);
      work.onProgress?.(start + to, total);
    }
    work.onProgress?.(start + neurons, total);
  }
  return ranges;
}
