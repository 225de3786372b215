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
  const { highestLogit, lowestLogit } = await project(lens, vectors, ["highestLogit", "lowestLogit"]);
  return highestLogit.map((highest, row) => highest - lowestLogit[row]!);
}

async function project(
  { runner, scale }: FrozenLens,
  vectors: Matrix,
  wants: readonly UnembedOutput[],
  targets: readonly number[] = [0],
): Promise<Unembedded> {
  // as positions of one row rather than rows of one position: the GPU then multiplies one matrix instead of many vectors
  const residual = runner.upload(vectors.data, 1, vectors.rows);
  const positions = Array.from({ length: vectors.rows }, (_, row) => row);
  try {
    return await runner.unembed(residual, { positions, scale, targets, wants });
  } finally {
    runner.release(residual);
  }
}
