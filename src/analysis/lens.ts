import { matrix } from "#core/matrix.ts";
import type { Matrix } from "#core/matrix.ts";
import type { Runner, Unembedded, UnembedOutput } from "./runner.ts";

/**
 * The lens: vectors projected to the vocabulary through the final norm with its scale frozen at the clean run's last
 * position, logits(x) = W_U·(scale · x ⊙ γ). With the scale frozen it is linear, logits(x + v) = logits(x) + logits(v), and
 * at the clean run's final residual it is the model's own prediction.
 */
export interface FrozenLens {
  readonly runner: Runner;
  readonly scale: number;
}

/** Logits of one chunk stay below this, so that a long list of vectors does not fill the memory. */
const MAX_LOGIT_BYTES = 64 * 2 ** 20;

/** How many vectors are projected at a time. */
export const lensChunk = (vocabulary: number, vectors: number) =>
  Math.max(1, Math.min(vectors, Math.floor(MAX_LOGIT_BYTES / (4 * vocabulary))));

/**
 * log p(target) at each vector, in nats: target logit − log-sum-exp.
 *
 * @param vectors [any, modelDim]
 */
export async function lensLogProbabilities(lens: FrozenLens, vectors: Matrix, target: number): Promise<Float64Array> {
  const { logSumExp, targetLogits } = await project(lens, vectors, ["logSumExp", "targetLogits"], [target]);
  return Float64Array.from(targetLogits, (logit, row) => logit - logSumExp[row]!);
}

/** Logits of each vector, [vectors, vocabulary]. */
export async function lensLogits(lens: FrozenLens, vectors: Matrix): Promise<Matrix> {
  const { logits } = await project(lens, vectors, ["logits"]);
  return matrix(vectors.rows, lens.runner.spec.vocabulary, logits);
}

/** The widest gap between two tokens' logits at each vector, max − min over the vocabulary: [vectors]. */
export async function lensRanges(lens: FrozenLens, vectors: Matrix): Promise<Float32Array> {
  const { topLogits, lowestLogit } = await project(lens, vectors, ["topLogits", "lowestLogit"]);
  const count = topLogits.length / vectors.rows;
  return lowestLogit.map((lowest, row) => topLogits[row * count]! - lowest);
}

async function project(
  { runner, scale }: FrozenLens,
  vectors: Matrix,
  wants: readonly UnembedOutput[],
  targets: readonly number[] = [0],
): Promise<Unembedded> {
  const residual = runner.upload(vectors.data, vectors.rows, 1);
  try {
    return await runner.unembed(residual, { positions: [0], scale, targets, wants });
  } finally {
    runner.release(residual);
  }
}
