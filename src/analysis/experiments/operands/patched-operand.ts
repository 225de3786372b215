import type { Matrix } from "#core/numeric/matrix.ts";
import { recordOf } from "#core/record-of.ts";
import { NO_CHANGES } from "../../ablation/changes.ts";
import { capture } from "../../capture.ts";
import type { Capture } from "../../capture.ts";
import { metricOf, readoutOf } from "../../patching/metric.ts";
import type { Readout } from "../../patching/metric.ts";
import { patchEach } from "../../patching/wavefront.ts";
import type { Patch } from "../../patching/wavefront.ts";
import type { Runner } from "../../runner.ts";
import type { TokenPair } from "../patched-pairs.ts";

/** What stands in for the clean operand's residual: itself, its fits, the helix of all other numbers, and a helix over shuffled numbers. */
export const STANDINS = [
  "layer",
  "helix",
  "leftOut",
  "components",
  "circle",
  "polynomial",
  "line",
  "shuffled",
] as const;
export type Standin = (typeof STANDINS)[number];

/** The rise of the right answer in the corrupted problem. */
export interface Moved {
  /** Of its logit, which is the paper's “logit difference”. */
  readonly logit: number;
  /** Of ln p, in nats. */
  readonly nats: number;
}

export interface PatchedOperand {
  /** Whether the model gets both problems right; else nothing is patched. */
  readonly isRight: boolean;
  /** The clean run's − the corrupted one's. */
  readonly clean: Moved;
  /** [layer], for each stand-in at the layer's input. */
  readonly layers: readonly Readonly<Record<Standin, Moved>>[];
}

/** The residuals at the last token of each of some prompts of one length, as they enter each layer: [layer][prompt][modelDim]. */
export async function lastResiduals(
  runner: Runner,
  prompts: readonly (readonly number[])[],
  { atOnce, signal }: { readonly atOnce: number; readonly signal?: AbortSignal | undefined },
): Promise<Float32Array[][]> {
  const { layers, modelDim } = runner.spec;
  const found: Float32Array[][] = Array.from({ length: layers }, () => []);
  for (let first = 0; first < prompts.length; first += atOnce) {
    const batch = prompts.slice(first, first + atOnce);
    let residual = await runner.embedBatch(batch);
    try {
      for (let layer = 0; layer < layers; layer++) {
        signal?.throwIfAborted();
        const values = await runner.download(residual);
        const last = (row: number) => ((row + 1) * residual.positions - 1) * modelDim;
        found[layer]!.push(...batch.map((_, row) => values.slice(last(row), last(row) + modelDim)));
        const { residual: next } = await runner.block(layer, residual);
        runner.release(residual);
        residual = next;
      }
    } finally {
      runner.release(residual);
    }
  }
  return found;
}

/**
 * A corrupted problem with the residual at its first operand replaced, layer by layer, by what stands in for the clean one's.
 *
 * @param pair two problems that differ in their first operand alone
 * @param standins [layer], [modelDim] each
 */
export async function patchedOperand(
  runner: Runner,
  { clean, corrupted, right, wrong }: TokenPair,
  standins: readonly Readonly<Record<Standin, ArrayLike<number>>>[],
  { position, signal }: { readonly position: number; readonly signal?: AbortSignal | undefined },
): Promise<PatchedOperand> {
  const run = (ids: readonly number[]) => capture(runner, ids, NO_CHANGES, { signal });
  const [cleanRun, receiver] = [await run(clean), await run(corrupted)];
  const before = readoutOf(receiver.logits, [right]);
  const difference = { clean: movedFrom(before, readoutOf(cleanRun.logits, [right])) };
  if (!isFirst(cleanRun, right) || !isFirst(receiver, wrong)) return { isRight: false, ...difference, layers: [] };
  const rows = standins.map((each, layer): Patch[] =>
    STANDINS.map((name) => ({ layer, input: () => withRow(receiver.layers[layer]!.residPre, position, each[name]) })),
  );
  const found = await patchEach(runner, receiver, rows, { tokens: [right], rowByRow: false, signal });
  return {
    isRight: true,
    ...difference,
    layers: found.map((row) => recordOf(STANDINS, (_, place) => movedFrom(before, row[place]!))),
  };
}

const movedFrom = (before: Readout, after: Readout): Moved => ({
  logit: after.logits[0]! - before.logits[0]!,
  nats: metricOf("logProbability", after) - metricOf("logProbability", before),
});

const isFirst = ({ logits }: Capture, token: number) => logits.every((logit) => logit <= logits[token]!);

function withRow(rows: Matrix, position: number, row: ArrayLike<number>): Float32Array {
  const changed = Float32Array.from(rows.data);
  changed.set(row, position * rows.cols);
  return changed;
}
