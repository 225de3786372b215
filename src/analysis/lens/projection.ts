import { fromRows, rowOf } from "#core/numeric/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import { vectorLogits } from "./lens.ts";
import type { Runner } from "../runner.ts";

/**
 * Logits that are in memory at once. It also bounds how long somebody else waits for the engine: with 150,000 tokens these are
 * 27 vectors, which take a slow machine about a second.
 */
const MAX_LOGIT_BYTES = 16 * 2 ** 20;

/** Beyond this a chunk saves no more time, and a stop would be felt later. */
const MAX_VECTORS = 256;

/** How many vectors are projected at once. */
export const vectorsAtOnce = ({ vocabulary }: Pick<ModelSpec, "vocabulary">) =>
  Math.max(1, Math.min(MAX_VECTORS, Math.floor(MAX_LOGIT_BYTES / (4 * vocabulary))));

/** How a long piece of work is followed, stopped, and made to let others go first. */
export interface ChunkedWork {
  readonly onProgress?: (done: number, total: number) => void;
  /** Waited for before every chunk. */
  readonly turn?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Waits for its turn. Messages are let in first, a stop and other calls among them: on WASM everything that is awaited is settled at
 * once, so that a worker would not look at them before the work is done.
 *
 * @throws what the signal was aborted with
 */
export async function takeTurn({ turn, signal }: ChunkedWork): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => setTimeout(resolve));
  await turn?.();
  signal?.throwIfAborted();
}

/**
 * What each of at most `vectorsAtOnce` vectors adds to every logit at the lens's scale 1: γ ⊙ v through the unembedding, without
 * any bias; [vocabulary] each, views of one array.
 */
export async function rawLogits(runner: Runner, vectors: readonly Float32Array[]): Promise<Float32Array[]> {
  const logits = await vectorLogits({ runner, scale: 1 }, fromRows(vectors, runner.spec.modelDim));
  return vectors.map((_, row) => rowOf(logits, row));
}

/** `0 … total` in steps of at most `size`. */
export function chunks(total: number, size: number): { readonly from: number; readonly to: number }[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => ({
    from: index * size,
    to: Math.min((index + 1) * size, total),
  }));
}
