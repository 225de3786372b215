import { matrix, rowOf } from "#core/numeric/matrix.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import type { Intervention } from "#model/interventions.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Activations } from "./activations.ts";
import type { BlockRun } from "../runner.ts";

/**
 * Parts that are turned up or down, and what they are turned away from. With scale s and donor value r, position by position,
 *
 *     z ← r + s · (z − r)
 *
 * and a neuron's activation likewise: at scale 0 the part is its stand-in, at 1 it is as it is. Without ablation-source r is 0.
 */
export interface Changes {
  readonly interventions: readonly Intervention[];
  /** Of z and of activations, with as many positions as the prompt that is run; left out: 0. */
  readonly ablationSource?: Activations | undefined;
}

export const NO_CHANGES: Changes = { interventions: [] };

/** Scales and fills of one layer under the same changes in every row; none where the changes are of other layers. */
export const changedBlock = (spec: ModelSpec, layer: number, changes: Changes): BlockRun =>
  changedRows(spec, layer, [changes]);

/** Scales and fills of one layer for a batch whose rows are changed each in its own way; those with ablation-source have them for one length. */
export function changedRows(spec: ModelSpec, layer: number, rows: readonly Changes[]): BlockRun {
  const head = turned(spec, layer, rows, "head");
  const neuron = turned(spec, layer, rows, "neuron");
  return {
    ...(head.scale && { headScale: head.scale }),
    ...(head.fill && { headFill: head.fill }),
    ...(neuron.scale && { neuronScale: neuron.scale }),
    ...(neuron.fill && { neuronFill: neuron.fill }),
  };
}

/** Of one layer's heads or neurons; nothing where no row turns one. */
function turned(
  spec: ModelSpec,
  layer: number,
  rows: readonly Changes[],
  kind: Intervention["kind"],
): { readonly scale?: Matrix; readonly fill?: Float32Array | undefined } {
  const own = rows.map(({ interventions }) =>
    interventions.filter((change) => change.kind === kind && change.at.layer === layer),
  );
  if (own.every(({ length }) => length === 0)) return {};
  const parts = kind === "head" ? spec.heads : spec.neurons;
  const scale = matrix(rows.length, parts, new Float32Array(rows.length * parts).fill(1));
  own.forEach((changes, row) =>
    changes.forEach((change) => {
      rowOf(scale, row)[change.kind === "head" ? change.at.head : change.at.neuron] = change.scale;
    }),
  );
  const donors = (row: number) => (kind === "head" ? rows[row]!.ablationSource?.z : rows[row]!.ablationSource?.post);
  return { scale, fill: fillOf(scale, kind, (row) => (own[row]!.length > 0 ? donors(row)?.[layer] : undefined)) };
}

/**
 * What a scale takes away, of its donor value: (1 − s) · r, laid out as a layer's parts are, [rows, …]; undefined where no row has donors.
 *
 * @param scale [rows, parts]
 * @param kind heads lie as [heads, positions, headDim], neurons as [positions, neurons]
 * @param donorOf of a row; undefined: its parts are turned away from 0
 */
export function fillOf(
  { data, rows, cols }: Matrix,
  kind: Intervention["kind"],
  donorOf: (row: number) => Float32Array | undefined,
): Float32Array | undefined {
  const donors = Array.from({ length: rows }, (_, row) => donorOf(row));
  const size = donors.find((donor) => donor !== undefined)?.length;
  if (size === undefined) return undefined;
  const fill = new Float32Array(rows * size);
  /** Values of one part that follow each other. */
  const run = kind === "head" ? size / cols : 1;
  for (const [row, donor] of donors.entries()) {
    if (!donor) continue;
    for (let from = 0; from < size; from += run) {
      const scale = data[row * cols + ((from / run) % cols)]!;
      if (scale === 1) continue;
      for (let at = from; at < from + run; at++) fill[row * size + at] = (1 - scale) * donor[at]!;
    }
  }
  return fill;
}
