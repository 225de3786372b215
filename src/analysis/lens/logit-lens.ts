import { fromRows, rowOf } from "#core/numeric/matrix.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import type { Capture } from "../capture.ts";
import type { Runner } from "../runner.ts";
import { projectAtOnce } from "./lens.ts";
import { chunks, takeTurn, vectorsAtOnce } from "./projection.ts";

/** What the model would say next if a position's residual were the last. */
export interface LensReading {
  /** The most probable token; of equal ones the smaller id. */
  readonly top: { readonly id: number; readonly probability: number };
  /** How many tokens are more probable than the target; of equal ones the smaller id counts as more. */
  readonly rank: number;
  /** ln p(target), in nats. */
  readonly logProbability: number;
}

export interface LensLayer {
  /** `embedding`, or `layer 0` for what stands behind layer 0. */
  readonly name: string;
  /** From the first position that was asked for on. */
  readonly positions: readonly LensReading[];
}

export interface LensQuestion {
  readonly target: number;
  /** What multiplies every residual before the final norm's gain: a frozen scale, or each one's own 1 / rms or 1 / deviation. */
  readonly scale: number | "own";
  /** The first position that is read. */
  readonly first: number;
  /** Told how many residuals have been read, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * The logit lens: the residual stream behind the embedding and behind every layer, at every position, through the model's own final
 * norm and unembedding,
 *
 *     p = softmax(unembed(norm(x)))
 *
 * with the norm's scale frozen or each residual's own. Behind the last layer and with its own scale a residual gives the model's own
 * prediction.
 *
 * @returns layers + 1 rows, the embedding first
 * @throws what `signal` was aborted with
 * @see nostalgebraist (2020), "interpreting GPT: the logit lens"
 */
export async function logitLens(runner: Runner, run: Capture, question: LensQuestion): Promise<LensLayer[]> {
  const { first, onProgress, signal } = question;
  const stages = [...run.layers.map(({ residPre }) => residPre), run.residFinal];
  const positions = run.ids.length - first;
  const residuals = stages.flatMap((stage) =>
    Array.from({ length: positions }, (_, position) => rowOf(stage, first + position)),
  );
  const found: LensReading[] = [];
  for (const { from, to } of chunks(residuals.length, vectorsAtOnce(runner.spec))) {
    await takeTurn(signal ? { signal } : {});
    const piece = fromRows(residuals.slice(from, to), runner.spec.modelDim);
    found.push(...(await readings(runner, piece, question)));
    onProgress?.(to, residuals.length);
  }
  return stages.map((_, stage) => ({
    name: stage === 0 ? "embedding" : `layer ${stage - 1}`,
    positions: found.slice(stage * positions, (stage + 1) * positions),
  }));
}

async function readings(runner: Runner, residuals: Matrix, { target, scale }: LensQuestion): Promise<LensReading[]> {
  const wants = ["logits", "logSumExp"] as const;
  const { logits, logSumExp } = await projectAtOnce({ runner, scale }, residuals, { wants });
  const size = runner.spec.vocabulary;
  return Array.from(logSumExp, (total, row) => reading(logits.subarray(row * size, (row + 1) * size), total, target));
}

function reading(logits: Float32Array, total: number, target: number): LensReading {
  const wanted = logits[target]!;
  let top = 0;
  let rank = 0;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (logit > logits[top]!) top = id;
    if (logit > wanted || (logit === wanted && id < target)) rank++;
  }
  return {
    top: { id: top, probability: Math.exp(logits[top]! - total) },
    rank,
    logProbability: wanted - total,
  };
}
