import { extremes } from "#core/numeric/extremes.ts";
import type { ModelSpec } from "#model/spec.ts";
import { rangeOf } from "../lens/lens.ts";
import { chunks, rawLogits, takeTurn, vectorsAtOnce } from "../lens/projection.ts";
import type { ChunkedWork } from "../lens/projection.ts";
import type { Runner } from "../runner.ts";

/** Tokens kept at each end of a neuron's list; the paper looks at the first 50. */
export const INDEX_DEPTH = 50;

/** Value vectors read from the weights at once. */
const MAX_VALUE_BYTES = 64 * 2 ** 20;

/**
 * What the neurons of one layer promote and suppress most: the tokens at both ends of the logits of γ ⊙ v_k, the raw value vector
 * through the lens at scale 1. A property of the model alone. Largest or smallest first, equal logits by token id.
 */
export interface LayerIndex {
  readonly layer: number;
  readonly neurons: number;
  /** Tokens at each end: `INDEX_DEPTH`, or the vocabulary if that is smaller. */
  readonly depth: number;
  /** Each [neuron, depth]. */
  readonly topIds: Uint32Array;
  readonly topLogits: Float32Array;
  readonly bottomIds: Uint32Array;
  readonly bottomLogits: Float32Array;
}

/**
 * Projects every value vector of a layer and keeps both ends of its logits, exactly. The ends are found here rather than by the
 * graph: one pass over logits that have arrived costs less than ranking both ends does on either backend.
 *
 * @throws what `work.signal` was aborted with
 */
export async function indexLayer(runner: Runner, layer: number, work: ChunkedWork = {}): Promise<LayerIndex> {
  const { neurons, vocabulary, modelDim } = runner.spec;
  const depth = Math.min(INDEX_DEPTH, vocabulary);
  const index: LayerIndex = {
    layer,
    neurons,
    depth,
    topIds: new Uint32Array(neurons * depth),
    topLogits: new Float32Array(neurons * depth),
    bottomIds: new Uint32Array(neurons * depth),
    bottomLogits: new Float32Array(neurons * depth),
  };
  const read = Math.max(1, Math.floor(MAX_VALUE_BYTES / (4 * modelDim)));
  for (const { from, to } of chunks(neurons, read)) {
    const values = await runner.weights.valueVectors(neuronsOf(layer, from, to));
    for (const part of chunks(to - from, vectorsAtOnce(runner.spec))) {
      await takeTurn(work);
      const logits = await rawLogits(runner, values.slice(part.from, part.to));
      logits.forEach((row, offset) => keepEnds(index, from + part.from + offset, row));
      work.onProgress?.(from + part.to, neurons);
    }
  }
  return index;
}

export const neuronsOf = (layer: number, from: number, to: number) =>
  Array.from({ length: to - from }, (_, offset) => ({ layer, neuron: from + offset }));

function keepEnds(index: LayerIndex, neuron: number, logits: Float32Array): void {
  const { depth } = index;
  const { top, bottom } = extremes(logits, depth);
  index.topIds.set(top, neuron * depth);
  index.bottomIds.set(bottom, neuron * depth);
  for (let rank = 0; rank < depth; rank++) {
    index.topLogits[neuron * depth + rank] = logits[top[rank]!]!;
    index.bottomLogits[neuron * depth + rank] = logits[bottom[rank]!]!;
  }
}

/** R_k of the layer's neurons, as `lensRanges` gives it, from the first of the top and the first of the bottom. */
export const rangesOf = (spec: Pick<ModelSpec, "softcap">, { neurons, depth, topLogits, bottomLogits }: LayerIndex) =>
  Float32Array.from({ length: neurons }, (_, neuron) =>
    rangeOf(spec, topLogits[neuron * depth]!, bottomLogits[neuron * depth]!),
  );
