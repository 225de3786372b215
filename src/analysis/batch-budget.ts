import type { ModelSpec } from "#model/spec.ts";

/** A batch's widest activations stay below this; a quarter of a gigabyte is what every WebGPU device can hold. */
const MAX_BATCH_BYTES = 256 * 2 ** 20;
/** The logits of all rows are one tensor: what every WebGPU device binds as one buffer. */
const MAX_LOGIT_BYTES = 128 * 2 ** 20;

/** How many prompts or variants of that length run at once, at least 1. */
export function rowsThatFit(spec: ModelSpec, positions: number): number {
  const widest = Math.max(3 * spec.neurons + 4 * spec.modelDim, spec.heads * (positions + 3 * spec.headDim));
  const rows = Math.min(
    MAX_BATCH_BYTES / (4 * (positions * widest + spec.vocabulary)),
    MAX_LOGIT_BYTES / (4 * spec.vocabulary),
  );
  return Math.max(1, Math.floor(rows));
}
