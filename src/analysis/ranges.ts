import { fromRows } from "#core/matrix.ts";
import { lensRanges } from "./lens.ts";
import { chunks, takeTurn } from "./projection.ts";
import type { ChunkedWork } from "./projection.ts";
import type { Runner } from "./runner.ts";
import { neuronsOf } from "./token-index.ts";

/** Neurons projected at a time: a step short enough that a stop is felt at once. */
const CHUNK = 256;

/**
 * R_k for every neuron, flattened [layer, neuron]: the range of the logits of γ ⊙ v_k over the vocabulary. It depends on the
 * model alone, so it is found once; the layers of a token index have it already.
 *
 * @param known a layer's ranges, where they were found before
 * @throws what `work.signal` was aborted with
 */
export async function logitRanges(
  runner: Runner,
  known: (layer: number) => Promise<Float32Array | undefined>,
  work: ChunkedWork = {},
): Promise<Float32Array> {
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
