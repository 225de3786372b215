import type { ModelSpec } from "#model/spec.ts";
import { blockPiece } from "./pieces.ts";
import type { RowsRun } from "./pieces.ts";

/** The run of a layer that gave a residual, and the residual that went in. */
export interface Made<Of> {
  readonly layer: number;
  readonly run: RowsRun;
  readonly input: Of;
}

interface Makeable<Of> {
  readonly positions: number;
  readonly made: Made<Of> | undefined;
}

export interface Retraced<Of> {
  /** What the first run went in with, and which of its rows. */
  readonly root: { readonly residual: Of; readonly row: number };
  /** The runs of that one row, first to last. */
  readonly steps: readonly { readonly layer: number; readonly run: RowsRun }[];
}

/** One row of a residual by itself, made anew as the residual was. */
export function retraced<Of extends Makeable<Of>>(spec: ModelSpec, residual: Of, row: number): Retraced<Of> {
  const steps: { layer: number; run: RowsRun }[] = [];
  let root = { residual, row };
  for (let { made } = residual; made; { made } = root.residual) {
    const { sources, run } = blockPiece(spec, residual.positions, made.run, { from: root.row, to: root.row + 1 });
    steps.unshift({ layer: made.layer, run });
    root = { residual: made.input, row: sources[0]! };
  }
  return { root, steps };
}
