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
  const heads = rows.map((row) => turnedParts(row, layer, "head"));
  const neurons = rows.map((row) => turnedParts(row, layer, "neuron"));
  const headScale = scalesOf(heads, spec.heads);
  const neuronScale = scalesOf(neurons, spec.neurons);
  const headFill = fillOf(heads, (head, values) => {
    const each = values.length / spec.heads;
    return { from: head * each, step: 1, count: each };
  });
  const neuronFill = fillOf(neurons, (neuron, values) => ({
    from: neuron,
    step: spec.neurons,
    count: values.length / spec.neurons,
  }));
  return {
    ...(headScale && { headScale }),
    ...(headFill && { headFill }),
    ...(neuronScale && { neuronScale }),
    ...(neuronFill && { neuronFill }),
  };
}

/** A head or neuron of one layer in one row. */
interface Turned {
  readonly index: number;
  readonly scale: number;
  /** Those of all the layer's parts of its kind. */
  readonly ablationSource: Float32Array | undefined;
}

function turnedParts({ interventions, ablationSource }: Changes, layer: number, kind: Intervention["kind"]): Turned[] {
  return interventions
    .filter((change) => change.kind === kind && change.at.layer === layer)
    .map((change) => ({
      index: change.kind === "head" ? change.at.head : change.at.neuron,
      scale: change.scale,
      ablationSource: (kind === "head" ? ablationSource?.z : ablationSource?.post)?.[layer],
    }));
}

/** [rows, parts], 1 for what is not turned; undefined where nothing is. */
function scalesOf(rows: readonly (readonly Turned[])[], parts: number): Matrix | undefined {
  if (rows.every(({ length }) => length === 0)) return undefined;
  const scales = matrix(rows.length, parts, new Float32Array(rows.length * parts).fill(1));
  rows.forEach((row, at) => row.forEach(({ index, scale }) => (rowOf(scales, at)[index] = scale)));
  return scales;
}

/** Where one part's values lie among those of all parts. */
interface Strides {
  readonly from: number;
  readonly step: number;
  readonly count: number;
}

/** (1 − s) · r of every part that is turned away from a stand-in, 0 elsewhere: [rows, …]; undefined where none is. */
function fillOf(
  rows: readonly (readonly Turned[])[],
  stridesOf: (part: number, values: Float32Array) => Strides,
): Float32Array | undefined {
  const size = rows.flat().find(({ ablationSource }) => ablationSource)?.ablationSource?.length;
  if (size === undefined) return undefined;
  const fill = new Float32Array(rows.length * size);
  for (const [at, row] of rows.entries()) {
    for (const { index, scale, ablationSource } of row) {
      if (!ablationSource) continue;
      const { from, step, count } = stridesOf(index, ablationSource);
      for (let i = 0; i < count; i++) {
        fill[at * size + from + i * step] = (1 - scale) * ablationSource[from + i * step]!;
      }
    }
  }
  return fill;
}
