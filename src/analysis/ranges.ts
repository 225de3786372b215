import { fromRows } from "#core/matrix.ts";
import { lensRanges } from "./lens.ts";
import { neuronAt } from "./neurons.ts";
import type { Runner } from "./runner.ts";

/** Neurons projected at a time: a step short enough that a stop is felt at once. */
const CHUNK = 256;

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
