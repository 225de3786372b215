import type { Runner } from "#analysis/runner.ts";
import { forCall } from "#analysis/runner.ts";
import { matrix } from "#core/numeric/matrix.ts";
import { logSumExp } from "#core/numeric/softmax.ts";
import { isRecord } from "#core/record.ts";
import type { Dtype } from "#model/checkpoint.ts";
import type { HeadId } from "#model/ids.ts";

/** The name of the file that a model can have beside its weights: what float64 gives for one prompt. */
export const CASE_FILE = "float64.json";

/** One prompt through one model in float64, as an implementation gives it that shares nothing with the engine. */
export interface StoredCase {
  readonly prompt: string;
  /** SHA-256 of what the model's checkpoint contains. */
  readonly content: string;
  readonly ids: readonly number[];
  /** Ablated in the second run. */
  readonly off: HeadId;
  readonly tokens: readonly number[];
  /** ln p of each token behind the last position, of the clean run and without the head; in what a precision leaves of the weights. */
  readonly logProbabilities: {
    readonly [dtype in Dtype]?: { readonly clean: readonly number[]; readonly without: readonly number[] };
  };
}

/** The stored case that the page serves beside its own model; undefined for anything else, as the page that some hosts give for a missing file. */
export function readCase(text: string): StoredCase | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isRecord(read) && Array.isArray(read["tokens"]) && isRecord(read["logProbabilities"])
    ? (read as unknown as StoredCase)
    : undefined;
}

/** The largest difference of a log-probability from float64, in nats: both runs as one batch, as sweeps run. */
export async function caseDifference(
  { ids, off, tokens, logProbabilities }: StoredCase,
  { runner: of, dtype }: { readonly runner: Runner; readonly dtype: Dtype },
  signal: AbortSignal,
): Promise<number> {
  const expected = logProbabilities[dtype];
  if (!expected) throw new RangeError(`canary: the stored case has no ${dtype}`);
  const runner = forCall(of, signal);
  const { layers, heads, vocabulary } = runner.spec;
  const headScale = matrix(2, heads, new Float32Array(2 * heads).fill(1));
  headScale.data[heads + off.head] = 0;
  let residual = await runner.embed(ids);
  for (let layer = 0; layer < layers; layer++) {
    const { residual: next } = await runner.block(
      layer,
      residual,
      layer === off.layer ? { variants: [0, 0], headScale } : {},
    );
    runner.release(residual);
    residual = next;
  }
  const { logits } = await runner.unembed(residual, { positions: [ids.length - 1], wants: ["logits"] });
  runner.release(residual);
  const differences = [expected.clean, expected.without].flatMap((wanted, run) => {
    const row = logits.subarray(run * vocabulary, (run + 1) * vocabulary);
    const total = logSumExp(row);
    return tokens.map((token, index) => Math.abs(row[token]! - total - wanted[index]!));
  });
  return differences.every(Number.isFinite) ? Math.max(...differences) : Infinity;
}
