import { addScaled, rowOf } from "#core/numeric/matrix.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import type { NeuronId } from "#model/ids.ts";
import { attentionFactor } from "../capture.ts";
import type { Capture } from "../capture.ts";
import { asDirections, forBoth, scoreOf } from "./keys.ts";
import type { KeyDirections, KeyScore } from "./keys.ts";
import type { Runner } from "../runner.ts";
import { productsBySource, subvaluesAt, valuesOf } from "../lens/subvalues.ts";

/** What one attention layer hands to a neuron at a position, the last one where nothing else is said, split in every way. */
export interface FeatureTransfer {
  /** The layer whose attention is split. */
  readonly layer: number;
  /** [head][position]: each head's part from each position that it reads. */
  readonly table: readonly (readonly KeyScore[])[];
  /** Summed over the heads, [position]. */
  readonly byPosition: readonly KeyScore[];
  /** Summed over the positions, [head]. */
  readonly byHead: readonly KeyScore[];
  /** Of the attention's whole output. The bias of the output projection is in it and in no part. */
  readonly total: KeyScore;
}

/**
 * Feature transfer into a neuron's keys: ⟨W_O^h (α[h, last, p] · v[h, p]), key⟩ for every head h and position p of one attention
 * layer, key = γ ⊙ row of up or gate, γ the gain of the FFN's norm (LayerNorm: the key's mean taken out). The residual's own scale
 * is left out, as in the paper: these are shares of a sum, not activations.
 *
 * Σ over heads of a position = the position's transfer; Σ over all = the whole attention's, less the projection's bias.
 *
 * @see Yu & Ananiadou (2024), section 4.2; the authors' notebook, cells 8 and 9
 */
export async function featureTransfer(
  runner: Runner,
  run: Capture,
  layer: number,
  at: NeuronId,
): Promise<FeatureTransfer> {
  return transferAlong(runner, run, layer, asDirections(await runner.weights.neuronKeys(at)));
}

interface TransferPlace {
  /** The position that attention writes at; left out: the last. */
  readonly query?: number;
  /** As `valuesOf` gives them; who asks for several places of a layer reads them once. */
  readonly values?: Matrix;
}

/** The transfer along any two directions of the residual, as the keys of a neuron seen through a later head are, and at any position. */
export async function transferAlong(
  runner: Runner,
  run: Capture,
  layer: number,
  directions: KeyDirections,
  { query = run.ids.length - 1, values }: TransferPlace = {},
): Promise<FeatureTransfer> {
  const { headDim } = runner.spec;
  const mixed = subvaluesAt(runner, run, { layer, query }, values ?? (await valuesOf(runner, run, layer)));
  const factor = attentionFactor(run, layer, query);
  const tables = await forBoth(directions, async (direction) =>
    productsBySource(mixed, await runner.weights.outputProducts(layer, direction), { headDim, factor }),
  );
  const table = tables.up.map((row, head) =>
    row.map((up, position): KeyScore => {
      const gate = tables.gate?.[head]![position];
      return gate === undefined ? { up } : { up, gate };
    }),
  );
  const output = attentionOutput(run, layer, query);
  return {
    layer,
    table,
    byPosition: run.ids.map((_, position) => sumScores(table.map((row) => row[position]!))),
    byHead: table.map(sumScores),
    total: scoreOf(output, directions),
  };
}

/** What a layer's attention adds to the residual at a position, its bias included: [modelDim]. */
export function attentionOutput(run: Capture, layer: number, position: number): Float32Array {
  const { residPre, residMid } = run.layers[layer]!;
  return addScaled(rowOf(residMid, position), rowOf(residPre, position), -1);
}

/** What a layer's FFN adds to the residual at a position, its bias included: [modelDim]. */
export function ffnOutput(run: Capture, layer: number, position: number): Float32Array {
  const after = run.layers[layer + 1]?.residPre ?? run.residFinal;
  return addScaled(rowOf(after, position), rowOf(run.layers[layer]!.residMid, position), -1);
}

export function sumScores(scores: readonly KeyScore[]): KeyScore {
  const up = scores.reduce((sum, score) => sum + score.up, 0);
  if (scores.length === 0 || scores[0]!.gate === undefined) return { up };
  return { up, gate: scores.reduce((sum, score) => sum + (score.gate ?? 0), 0) };
}
