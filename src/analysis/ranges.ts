import { fromRows } from "#core/matrix.ts";
import { lensRanges } from "./lens.ts";
import { neuronAt } from "./neurons.ts";
import type { Runner } from "./runner.ts";

/** Neurons projected at a time: a step short enough that a stop is felt at once. */
const CHUNK = 256;

/** Ranges of a model whose value vectors are the same but in some layers. */
export interface KnownRanges {
  readonly ranges: Float32Array;
  readonly changedLayers: readonly number[];
}

/**
 * R_k for every neuron, flattened [layer, neuron]: the range of the logits of γ ⊙ v_k over the vocabulary. It depends on the
 * model alone, so it is found once.
 *
 * @param known what need not be found again
 * @throws what `signal` was aborted with
 */
export async function logitRanges(
  runner: Runner,
  onProgress: (done: number, total: number) => void,
  signal?: AbortSignal,
  known?: KnownRanges,
): Promise<Float32Array> {
  const { layers, neurons } = runner.spec;
  const wanted = known?.changedLayers ?? Array.from({ length: layers }, (_, layer) => layer);
  const total = wanted.length * neurons;
  const lens = { runner, scale: 1 };
  const ranges = known ? known.ranges.slice() : new Float32Array(layers * neurons);
  let done = 0;
  for (const { from, to } of wanted.flatMap((layer) => chunksOf(layer * neurons, (layer + 1) * neurons))) {
    signal?.throwIfAborted();
    const vectors = await runner.weights.valueVectors(
      Array.from({ length: to - from }, (_, offset) => neuronAt(lens, from + offset)),
    );
    ranges.set(await lensRanges(lens, fromRows(vectors, runner.spec.modelDim)), from);
    done += to - from;
    onProgress(done, total);
  }
  return ranges;
}

const chunksOf = (start: number, end: number) =>
  Array.from({ length: Math.ceil((end - start) / CHUNK) }, (_, chunk) => ({
    from: start + chunk * CHUNK,
    to: Math.min(start + (chunk + 1) * CHUNK, end),
  }));
