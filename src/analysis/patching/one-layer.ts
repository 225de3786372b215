import { fromRows, matrix } from "#core/numeric/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Tap } from "#model/taps.ts";
import { residualInto } from "../capture.ts";
import type { Capture } from "../capture.ts";
import type { BlockOutput, BlockRun, Runner } from "../runner.ts";
import { fillsOf } from "./wavefront.ts";
import type { Patch } from "./wavefront.ts";

/** What one layer makes of inputs [positions, modelDim], each in a row of its own. */
export async function tapped(
  runner: Runner,
  layer: number,
  inputs: readonly Float32Array[],
  taps: readonly Tap[],
  run: BlockRun = {},
): Promise<BlockOutput["taps"]> {
  const size = inputs[0]!.length;
  const input = runner.upload(fromRows(inputs, size).data, inputs.length, size / runner.spec.modelDim);
  try {
    const output = await runner.block(layer, input, { ...run, taps });
    runner.release(output.residual);
    return output.taps;
  } finally {
    runner.release(input);
  }
}

/**
 * Fills that hold every head's z at what it is in the run, whatever the layer reads: the residual behind the attention then differs by what is
 * read alone.
 */
export const heldHeads = ({ heads }: Pick<ModelSpec, "heads">, run: Capture, layer: number): BlockRun => ({
  headScale: matrix(1, heads),
  headFill: run.layers[layer]!.z,
});

/**
 * The change in what one layer writes into the residual, under each of some patches of its z or its activations, from what
 * it writes as it is, [positions, modelDim] each. Of a patch of z it is what attention writes: the FFN behind it hears the heads too, which
 * is another path.
 *
 * @param at the position of each patch that is wanted of it, [modelDim] each; left out: all positions
 */
export async function writtenChanges(
  runner: Runner,
  run: Capture,
  layer: number,
  patches: readonly Patch[],
  at?: readonly number[],
): Promise<Float32Array[]> {
  const { modelDim } = runner.spec;
  const positions = run.ids.length;
  const input = runner.upload(residualInto(run, layer).data, 1, positions);
  try {
    const { residual, taps } = await runner.block(layer, input, {
      // the first row is the layer as it is
      variants: [0, ...patches.map(() => 0)],
      ...fillsOf(runner.spec, patches, { earlier: 1, positions }),
      taps: patches.some(({ addToZ }) => addToZ) ? ["residMid"] : [],
    });
    try {
      const after = patches.some(({ addToPost }) => addToPost) ? await runner.download(residual) : undefined;
      const size = at ? modelDim : positions * modelDim;
      return patches.map(({ addToPost }, index) => {
        const written = addToPost ? after! : taps.residMid!;
        const row = (each: number) => {
          const start = (each * positions + (at?.[index] ?? 0)) * modelDim;
          return written.subarray(start, start + size);
        };
        const own = row(0);
        return row(index + 1).map((value, i) => value - own[i]!);
      });
    } finally {
      runner.release(residual);
    }
  } finally {
    runner.release(input);
  }
}
