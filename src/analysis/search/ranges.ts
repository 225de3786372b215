import { fromRows } from "#core/numeric/matrix.ts";
import { lensRanges } from "../lens/lens.ts";
import { chunks, takeTurn } from "../lens/projection.ts";
import type { ChunkedWork } from "../lens/projection.ts";
import type { Runner } from "../runner.ts";
import { hasSpread, SUM_SLACK, unembeddingSpread } from "./spread.ts";
import type { Spread } from "./spread.ts";
import { neuronsOf } from "./token-index.ts";

/** Neurons projected at a time: a step short enough that a stop is felt at once. */
const CHUNK = 256;

/** Upper bounds of the ranges of the logits of every neuron's value vector; they depend on the model alone. */
export interface NeuronRanges {
  /** At least R_k, flattened [layer, neuron]. */
  readonly ranges: Float32Array;
  /** Where R_k is only bounded: what bounds the variance of the logits, which is far below R_k² / 4. */
  readonly variance?: NeuronVariance;
}

export interface NeuronVariance {
  /** At least |γ ⊙ v_k|, flattened [layer, neuron]. */
  readonly norms: Float32Array;
  readonly spread: Spread;
}

/** Ranges that were found before: R_k of a layer, as a token index has it, and the unembedding's spread. */
export interface KnownRanges {
  readonly rangesAt: (layer: number) => Promise<Float32Array | undefined> | undefined;
  readonly spread?: Spread | undefined;
}

/** Multiply-adds that the exact ranges may cost: some seconds on one core. Above that they are bounded. */
const MAX_EXACT_PRODUCTS = 5e10;

/**
 * R_k of every neuron where it is known or the model is small enough to find it, else what bounds it. They depend on the model alone,
 * so they are found once.
 *
 * @throws what `work.signal` was aborted with
 */
export async function neuronRanges(runner: Runner, known: KnownRanges, work: ChunkedWork = {}): Promise<NeuronRanges> {
  const { layers, neurons, vocabulary, modelDim } = runner.spec;
  if (layers * neurons * vocabulary * modelDim > MAX_EXACT_PRODUCTS) return rangeBounds(runner, known, work);
  return { ranges: await logitRanges(runner, known, work) };
}

/**
 * Upper bounds of R_k by Cauchy and Schwarz: a logit of γ ⊙ v_k is u_t · (γ ⊙ v_k), so the range is at most
 * 2 · max_t |u_t − ū| · |γ ⊙ v_k|, behind a soft-cap 2 · max_t |u_t| · |γ ⊙ v_k|. Every weight is read once; what is known is taken as it is.
 *
 * @throws what `work.signal` was aborted with
 */
export async function rangeBounds(runner: Runner, known: KnownRanges, work: ChunkedWork = {}): Promise<NeuronRanges> {
  const { spec, weights } = runner;
  const { layers, neurons } = spec;
  const total = layers * neurons;
  const ranges = new Float32Array(total);
  const norms = new Float32Array(total);
  // half of the work is the unembedding's, where that is still to be read
  const ahead = hasSpread(spec) && !known.spread ? total : 0;
  const spread = hasSpread(spec) ? (known.spread ?? (await unembeddingSpread(runner, halfOf(work)))) : undefined;
  const reach = spread
    ? Math.sqrt(spread.squares.reduce((most, each) => Math.max(most, each), 0))
    : await weights.unembeddingReach();
  for (let layer = 0; layer < layers; layer++) {
    await takeTurn(work);
    const found = await known.rangesAt(layer);
    const own = (await weights.valueNorms(layer)).map((norm) => norm * SUM_SLACK);
    norms.set(own, layer * neurons);
    ranges.set(found ?? own.map((norm) => 2 * reach * norm), layer * neurons);
    work.onProgress?.(ahead + (layer + 1) * neurons, ahead + total);
  }
  return spread ? { ranges, variance: { norms, spread } } : { ranges };
}

/** What is told of the first half of a piece of work. */
const halfOf = ({ onProgress, ...rest }: ChunkedWork): ChunkedWork =>
  onProgress ? { ...rest, onProgress: (done, total) => onProgress(done, 2 * total) } : rest;

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
    const found = await known.rangesAt(layer);
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
