import { matrix } from "#core/numeric/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import { rowsThatFit } from "../batch-budget.ts";
import { residualInto } from "../capture.ts";
import type { Capture } from "../capture.ts";
import type { BlockRun, Residual, Runner } from "../runner.ts";
import type { Readout } from "./metric.ts";

/** A run that differs from the receiving one in one place, and by what follows from that. */
export interface Patch {
  /** The first layer that runs otherwise; the number of layers where the unembedding alone does. */
  readonly layer: number;
  /** That layer's whole input in the place of the receiver's, [positions, modelDim]. */
  readonly input?: () => Float32Array;
  /** Adds to the layer's z what makes it the donor's, [heads, positions, headDim]. */
  readonly addToZ?: (fill: Float32Array) => void;
  /** Adds to the layer's activations what makes them the donor's, [positions, neurons]. */
  readonly addToPost?: (fill: Float32Array) => void;
}

export interface PatchingOptions {
  /** Whose logits are read at the last position. */
  readonly tokens: readonly number[];
  /** Report each row as soon as it is known, at the cost of more and smaller runs. */
  readonly rowByRow: boolean;
  readonly onRow?: (row: number, readouts: readonly Readout[]) => void;
  /** Told how many rows have gone through a block, of all that will. */
  readonly onWork?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A patch and where its answer belongs. */
interface Cell {
  readonly row: number;
  readonly col: number;
  readonly patch: Patch;
}

/**
 * What the model answers under each of many patches, [row][col], by one wavefront: a patch joins the batch at the layer that it
 * touches, with its own input or beside the receiver's, so that one that touches layer l costs layers − l blocks instead of a forward.
 * Rows are run from the last one on, as many patches together as the memory allows.
 *
 * @throws what `signal` was aborted with
 */
export async function patchEach(
  runner: Runner,
  receiver: Capture,
  rows: readonly (readonly Patch[])[],
  options: PatchingOptions,
): Promise<Readout[][]> {
  const { spec } = runner;
  const found: Readout[][] = rows.map(() => []);
  const waves = wavesOf(rows, { atOnce: rowsThatFit(spec, receiver.ids.length), rowByRow: options.rowByRow });
  const total = waves.reduce((sum, cells) => sum + rowsRun(spec.layers, cells), 0);
  let done = 0;
  const onRows = (count: number) => options.onWork?.((done += count), total);
  const missing = rows.map(({ length }) => length);
  for (const cells of waves) {
    const readouts = await patchTogether(runner, receiver, cells, { ...options, onRows });
    cells.forEach(({ row, col }, index) => (found[row]![col] = readouts[index]!));
    for (const row of new Set(cells.map((cell) => cell.row))) {
      missing[row]! -= cells.filter((cell) => cell.row === row).length;
      if (missing[row] === 0) options.onRow?.(row, found[row]!);
    }
  }
  return found;
}

/** How many rows go through blocks for all the patches; divided by the layers, how many forwards that is. */
export const patchingRows = (layers: number, rows: readonly (readonly Patch[])[]): number =>
  rows.flat().reduce((sum, { layer }) => sum + layers - layer, 0);

/** The patches that run together, those of the last rows first, each wave in the order in which they join. */
function wavesOf(
  rows: readonly (readonly Patch[])[],
  { atOnce, rowByRow }: { readonly atOnce: number; readonly rowByRow: boolean },
): Cell[][] {
  const waves: Cell[][] = [];
  for (let row = rows.length - 1; row >= 0; row--) {
    for (const [col, patch] of rows[row]!.entries()) {
      const last = waves.at(-1);
      const isFull = !last || last.length === atOnce || (rowByRow && last[0]!.row !== row);
      if (isFull) waves.push([{ row, col, patch }]);
      else last.push({ row, col, patch });
    }
  }
  return waves.map((cells) => cells.toSorted((a, b) => a.patch.layer - b.patch.layer));
}

const rowsRun = (layers: number, cells: readonly Cell[]) => patchingRows(layers, [cells.map(({ patch }) => patch)]);

async function patchTogether(
  runner: Runner,
  receiver: Capture,
  cells: readonly Cell[],
  { tokens, onRows, signal }: PatchingOptions & { readonly onRows: (count: number) => void },
): Promise<Readout[]> {
  const { spec } = runner;
  let batch: Residual | undefined;
  let joined = 0;
  try {
    for (let layer = cells[0]!.patch.layer; layer <= spec.layers; layer++) {
      signal?.throwIfAborted();
      const joining = cells.slice(joined).filter(({ patch }) => patch.layer === layer);
      const { inputs, sources } = inputsOf(receiver, layer, joining);
      const entered: Residual = inputs.length > 0 ? await withRows(runner, batch, inputs, receiver.ids.length) : batch!;
      batch = entered;
      if (layer === spec.layers) break;
      const { residual } = await runner.block(layer, entered, {
        variants: [...Array.from({ length: joined }, (_, row) => row), ...sources.map((source) => joined + source)],
        ...fillsOf(
          spec,
          joining.map(({ patch }) => patch),
          { earlier: joined, positions: receiver.ids.length },
        ),
        onRows,
      });
      runner.release(entered);
      batch = residual;
      joined += joining.length;
    }
    const { logSumExp, targetLogits } = await runner.unembed(batch!, {
      positions: [receiver.ids.length - 1],
      targets: tokens,
      wants: ["logSumExp", "targetLogits"],
    });
    return cells.map((_, row) => ({
      logits: targetLogits.subarray(row * tokens.length, (row + 1) * tokens.length),
      logSumExp: logSumExp[row]!,
    }));
  } finally {
    if (batch) runner.release(batch);
  }
}

/** The rows that those who join a layer start from: their own inputs, and the receiver's once for all others. */
function inputsOf(receiver: Capture, layer: number, joining: readonly Cell[]) {
  const inputs: Float32Array[] = [];
  let shared: number | undefined;
  const sources = joining.map(({ patch }) => {
    if (patch.input) return inputs.push(patch.input()) - 1;
    shared ??= inputs.push(residualInto(receiver, layer).data) - 1;
    return shared;
  });
  return { inputs, sources };
}

/** Further rows behind those of a batch, which is released. On a GPU the batch is read and written for it. */
async function withRows(
  runner: Runner,
  batch: Residual | undefined,
  inputs: readonly Float32Array[],
  positions: number,
): Promise<Residual> {
  const size = inputs[0]!.length;
  const before = batch?.batch ?? 0;
  const values = new Float32Array((before + inputs.length) * size);
  if (batch) values.set(await runner.download(batch));
  inputs.forEach((input, index) => values.set(input, (before + index) * size));
  const all = runner.upload(values, before + inputs.length, positions);
  if (batch) runner.release(batch);
  return all;
}

/** What a layer is run with for patches of its z and its activations, behind `earlier` rows that are as they are. */
export function fillsOf(
  { heads, headDim, neurons }: ModelSpec,
  joining: readonly Patch[],
  { earlier, positions }: { readonly earlier: number; readonly positions: number },
): BlockRun {
  const rows = earlier + joining.length;
  const filled = (size: number, of: "addToZ" | "addToPost") => {
    const fill = matrix(rows, size);
    joining.forEach((patch, index) =>
      patch[of]?.(fill.data.subarray((earlier + index) * size, (earlier + index + 1) * size)),
    );
    return fill.data;
  };
  return {
    ...(joining.some(({ addToZ }) => addToZ) && { headFill: filled(heads * positions * headDim, "addToZ") }),
    ...(joining.some(({ addToPost }) => addToPost) && { neuronFill: filled(positions * neurons, "addToPost") }),
  };
}
