import type { Activations } from "./activations.ts";
import { rowsThatFit } from "../batch-budget.ts";
import type { Capture } from "../capture.ts";
import { changedBlock } from "./changes.ts";
import { ablateEachHead } from "./head-variants.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Runner } from "../runner.ts";

export interface SweepOptions {
  readonly target: number;
  /** What takes the place of the head's z, and of what else is ablated; left out: 0. */
  readonly ablationSource?: Activations | undefined;
  /** Report each layer's row as soon as it is known, at the cost of more and smaller runs. */
  readonly rowByRow: boolean;
  readonly onRow: (layer: number, logProbability: number[]) => void;
  /** Told how many rows have gone through a block, of all that will. */
  readonly onWork?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * log p(target) at the last position with each single head ablated, [layer][head], by the wavefront: going through the layers
 * once, the batch holds every variant that was ablated earlier, and one new variant per head of this layer that starts from
 * the clean residual. layers × heads ablations cost `layers` runs and about half the arithmetic of as many forwards.
 *
 * Layers are taken in groups, the last ones first, so that a batch fits the memory; a group starts from the clean run's
 * residual at its first layer.
 *
 * @param clean the run that each head is taken from: the clean one, or one under interventions, which then hold in every variant; a
 *   head that is among them is off in its own variant, whatever its scale
 */
export async function sweepHeads(runner: Runner, clean: Capture, options: SweepOptions): Promise<number[][]> {
  const { spec } = runner;
  const rows: number[][] = [];
  const layersAtOnce = options.rowByRow ? 1 : Math.max(1, Math.floor(rowsThatFit(spec, clean.ids.length) / spec.heads));
  const groups: LayerRange[] = [];
  for (let end = spec.layers; end > 0; end -= layersAtOnce)
    groups.push({ start: Math.max(0, end - layersAtOnce), end });
  const total = groups.reduce((sum, group) => sum + rowsOf(spec, group), 0);
  let done = 0;
  const onRows = (count: number) => options.onWork?.((done += count), total);
  for (const { start, end } of groups) {
    const found = await sweepGroup(runner, clean, { start, end }, { ...options, onRows });
    for (let layer = start; layer < end; layer++) {
      const row = Array.from(found.subarray((layer - start) * spec.heads, (layer - start + 1) * spec.heads));
      rows[layer] = row;
      options.onRow(layer, row);
    }
  }
  return rows;
}

interface LayerRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Number of rows that go through the blocks from a range's first layer on: its variants, and the clean run until its last layer. */
function rowsOf({ layers, heads }: ModelSpec, { start, end }: LayerRange): number {
  const own = end - start;
  return (heads * own * (own + 1)) / 2 + (own - 1) + (layers - end) * own * heads;
}

/** @returns log p(target) of the range's variants, layer by layer, head by head */
async function sweepGroup(
  runner: Runner,
  clean: Capture,
  range: LayerRange,
  options: SweepOptions & { readonly onRows: (count: number) => void },
): Promise<Float64Array> {
  const { spec } = runner;
  const { ablationSource, onRows } = options;
  const { interventions } = clean;
  const start = runner.upload(clean.layers[range.start]!.residPre.data, 1, clean.ids.length);
  const residual = await ablateEachHead(runner, start, {
    cases: 1,
    range,
    donor: ablationSource && ((layer) => ablationSource.z[layer]!),
    under: (layer) => ({ ...changedBlock(spec, layer, { interventions, ablationSource }), onRows }),
    signal: options.signal,
  }).finally(() => runner.release(start));
  try {
    const { logSumExp, targetLogits } = await runner.unembed(residual, {
      positions: [clean.ids.length - 1],
      targets: [options.target],
      wants: ["logSumExp", "targetLogits"],
    });
    return Float64Array.from(targetLogits, (logit, variant) => logit - logSumExp[variant]!);
  } finally {
    runner.release(residual);
  }
}
