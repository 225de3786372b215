import { matrix } from "#core/numeric/matrix.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import { NO_CHANGES } from "../ablation/changes.ts";
import { capture } from "../capture.ts";
import type { Capture } from "../capture.ts";
import { metricOf, readoutOf } from "../patching/metric.ts";
import type { PatchQuestion } from "../patching/metric.ts";
import type { PatchSite } from "../patching/names.ts";
import { patchRows } from "../patching/sites.ts";
import { patchEach } from "../patching/wavefront.ts";
import type { Runner } from "../runner.ts";

/** Two prompts of as many tokens, with the first token of the answer that each should have. */
export interface TokenPair {
  readonly clean: readonly number[];
  readonly corrupted: readonly number[];
  readonly right: number;
  readonly wrong: number;
}

/** What the patches of a pair are judged by: two answers by the difference of their logits, one that is both by its log-probability. */
export const pairQuestion = ({ right, wrong }: TokenPair): PatchQuestion =>
  right === wrong
    ? { metric: "logProbability", tokens: [right] }
    : { metric: "logitDifference", tokens: [right, wrong] };

/** The metric of both prompts as they are, and under every patch. */
export interface PatchedPair {
  readonly clean: number;
  readonly corrupted: number;
  /** [layer][position] or [layer][head], as the site has them. */
  readonly own: readonly (readonly number[])[];
  /** The same with what another pair's prompt has in the place of the donor; undefined where none is of this length. */
  readonly other: readonly (readonly number[])[] | undefined;
  /** The same with the donor's positions in another order, none in its own place. */
  readonly shuffled: readonly (readonly number[])[];
}

export interface PairPatching {
  readonly site: Exclude<PatchSite, "post">;
  readonly direction: "denoise" | "noise";
  /** The prompt on the donor's side of another pair. */
  readonly other: readonly number[] | undefined;
  /** By how many places the donor's positions are moved round, 1 to their number − 1. */
  readonly shift: number;
  readonly signal?: AbortSignal | undefined;
}

/** All patches of one pair, with its two controls. */
export async function patchedPair(runner: Runner, pair: TokenPair, options: PairPatching): Promise<PatchedPair> {
  const { site, direction, other, shift, signal } = options;
  const { metric, tokens } = pairQuestion(pair);
  const run = (ids: readonly number[]) => capture(runner, ids, NO_CHANGES, { signal });
  const [clean, corrupted] = [await run(pair.clean), await run(pair.corrupted)];
  const [receiver, donor] = direction === "denoise" ? [corrupted, clean] : [clean, corrupted];
  const as = ({ logits }: Capture) => metricOf(metric, readoutOf(logits, tokens));
  const patched = async (from: Capture) => {
    const rows = patchRows(runner.spec, { receiver, donor: from }, { site });
    const found = await patchEach(runner, receiver, rows, { tokens, rowByRow: false, signal });
    return found.map((row) => row.map((readout) => metricOf(metric, readout)));
  };
  return {
    clean: as(clean),
    corrupted: as(corrupted),
    own: await patched(donor),
    other: other && (await patched(await run(other))),
    shuffled: await patched(movedRound(runner.spec, donor, shift)),
  };
}

/** A run's activations with every position's in the place of another one: position p has what was at p + shift, round the end. */
export function movedRound({ headDim }: Pick<ModelSpec, "headDim">, run: Capture, shift: number): Capture {
  const positions = run.ids.length;
  const from = (position: number) => (position + shift) % positions;
  const rows = ({ rows: count, cols, data }: Matrix) => {
    const moved = new Float32Array(data.length);
    for (let at = 0; at < count; at++) moved.set(data.subarray(from(at) * cols, (from(at) + 1) * cols), at * cols);
    return matrix(count, cols, moved);
  };
  const heads = (z: Float32Array) => {
    const moved = new Float32Array(z.length);
    for (let row = 0; row < z.length / headDim; row++) {
      const source = row - (row % positions) + from(row % positions);
      moved.set(z.subarray(source * headDim, (source + 1) * headDim), row * headDim);
    }
    return moved;
  };
  return {
    ...run,
    layers: run.layers.map((layer) => ({
      ...layer,
      residPre: rows(layer.residPre),
      residMid: rows(layer.residMid),
      post: rows(layer.post),
      z: heads(layer.z),
    })),
    residFinal: rows(run.residFinal),
  };
}
