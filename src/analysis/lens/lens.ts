import { concatenated } from "#core/concatenated.ts";
import { fromRows, matrix } from "#core/numeric/matrix.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Runner, Unembedded, UnembedRun } from "../runner.ts";

/**
 * The lens: vectors projected to the vocabulary through the final norm with its scale frozen at the clean run's last
 * position, logits(x) = W_U·(scale · x ⊙ γ), in a LayerNorm model with x's mean taken out first and the biases of norm and
 * logits added, a model's scale and soft-cap of the logits applied. With the scale frozen it is linear up to those biases and the
 * soft-cap, and at the clean run's final residual it is the model's own prediction.
 */
export interface FrozenLens {
  readonly runner: Runner;
  readonly scale: number;
}

/**
 * log p(target) at each residual, in nats: target logit − log-sum-exp.
 *
 * @param residuals [any, modelDim]
 */
export const lensLogProbabilities = (lens: FrozenLens, residuals: Matrix, target: number): Promise<Float64Array> =>
  lensLogProbabilitiesOf(lens, residuals, [target]);

/** Log-probabilities of several targets through the frozen lens, flattened [residuals, targets]. */
export async function lensLogProbabilitiesOf(
  lens: FrozenLens,
  residuals: Matrix,
  targets: readonly number[],
): Promise<Float64Array> {
  const { logSumExp, targetLogits } = await project(lens, residuals, { wants: ["logSumExp", "targetLogits"], targets });
  return Float64Array.from(targetLogits, (logit, at) => logit - logSumExp[Math.floor(at / targets.length)]!);
}

/** Logits of each residual, [residuals, vocabulary]. */
export async function residualLogits(lens: FrozenLens, residuals: Matrix): Promise<Matrix> {
  const { logits } = await project(lens, residuals, { wants: ["logits"] });
  return matrix(residuals.rows, lens.runner.spec.vocabulary, logits);
}

/** What each vector adds to every logit before a soft-cap when it is added to a residual, [vectors, vocabulary]: no bias is in it. */
export async function vectorLogits(lens: FrozenLens, vectors: Matrix): Promise<Matrix> {
  const { logits } = await project(lens, vectors, { wants: ["logits"], isBare: true });
  return matrix(vectors.rows, lens.runner.spec.vocabulary, logits);
}

/**
 * The widest gap between what a vector adds to two tokens' logits, max − min over the vocabulary: [vectors]. In a model with a soft-cap
 * twice the most that it adds to any, since there the same amount on all logits changes probabilities too.
 */
export async function lensRanges(lens: FrozenLens, vectors: Matrix): Promise<Float32Array> {
  const { highestLogit, lowestLogit } = await project(lens, vectors, {
    wants: ["highestLogit", "lowestLogit"],
    isBare: true,
  });
  return highestLogit.map((highest, row) => rangeOf(lens.runner.spec, highest, lowestLogit[row]!));
}

/** R of logits between `lowest` and `highest`; see `lensRanges`. */
export const rangeOf = ({ softcap }: Pick<ModelSpec, "softcap">, highest: number, lowest: number): number =>
  softcap?.final === undefined ? highest - lowest : 2 * Math.max(Math.abs(highest), Math.abs(lowest));

/** Logits of all vectors that are projected at once: what every GPU binds as one buffer, with as much again to spare. */
const MAX_LOGIT_BYTES = 64 * 2 ** 20;

const projectedAtOnce = ({ vocabulary }: Pick<ModelSpec, "vocabulary">) =>
  Math.max(1, Math.floor(MAX_LOGIT_BYTES / (4 * vocabulary)));

/** How many tokens the unembedding ranks by itself. */
export const MAX_TOP_TOKENS = 16;

/**
 * The tokens that each bare vector promotes most, most promoted first: ids, ranked where the model runs, so that no logits travel.
 * The lens's scale plays no part in their order.
 *
 * @param count at most `MAX_TOP_TOKENS`
 */
export async function promotedTokens(
  runner: Runner,
  vectors: readonly Float32Array[],
  count: number,
): Promise<number[][]> {
  if (count > MAX_TOP_TOKENS)
    throw new RangeError(`lens: ${count} tokens asked for, at most ${MAX_TOP_TOKENS} are ranked`);
  const found: number[][] = [];
  const atOnce = projectedAtOnce(runner.spec);
  for (let from = 0; from < vectors.length; from += atOnce) {
    const chunk = vectors.slice(from, from + atOnce);
    const { topIds } = await projectAtOnce({ runner, scale: 1 }, fromRows(chunk, runner.spec.modelDim), {
      wants: ["topIds"],
      isBare: true,
      rankedRows: Array.from(chunk.keys()),
    });
    const each = topIds.length / chunk.length;
    for (const row of chunk.keys()) found.push(topIds.slice(row * each, row * each + count));
  }
  return found;
}

type Projected = Omit<Unembedded, "topIds">;

async function project(
  lens: FrozenLens,
  vectors: Matrix,
  run: Pick<UnembedRun, "wants" | "targets" | "isBare">,
): Promise<Projected> {
  const atOnce = projectedAtOnce(lens.runner.spec);
  if (vectors.rows <= atOnce) return projectAtOnce(lens, vectors, run);
  const pieces: Projected[] = [];
  for (let first = 0; first < vectors.rows; first += atOnce) {
    const end = Math.min(first + atOnce, vectors.rows);
    const values = vectors.data.slice(first * vectors.cols, end * vectors.cols);
    pieces.push(await projectAtOnce(lens, matrix(end - first, vectors.cols, values), run));
  }
  const joined = (output: keyof Projected) => concatenated(pieces.map((piece) => piece[output]));
  return {
    logits: joined("logits"),
    logSumExp: joined("logSumExp"),
    targetLogits: joined("targetLogits"),
    highestLogit: joined("highestLogit"),
    lowestLogit: joined("lowestLogit"),
    ownScale: joined("ownScale"),
  };
}

/** Vectors that fit one tensor of logits; `own` is each one's own scale, of which there is none for a bare vector. */
export async function projectAtOnce(
  { runner, scale }: { readonly runner: Runner; readonly scale: number | "own" },
  vectors: Matrix,
  run: Pick<UnembedRun, "wants" | "targets" | "isBare" | "rankedRows">,
): Promise<Unembedded> {
  // as positions of one row rather than rows of one position: the GPU then multiplies one matrix instead of many vectors
  const residual = runner.upload(vectors.data, 1, vectors.rows);
  const positions = Array.from({ length: vectors.rows }, (_, row) => row);
  try {
    return await runner.unembed(residual, { ...run, positions, ...(scale !== "own" && { scale }) });
  } finally {
    runner.release(residual);
  }
}
