import type { ModelSpec } from "#model/spec.ts";
import type { Capture } from "../capture.ts";
import { attentionFactor, ffnFactor, headZ } from "../capture.ts";
import type { Runner } from "../runner.ts";
import { dot, rowOf } from "#core/numeric/matrix.ts";

/** What one layer's parts write along a residual direction at the last position. */
export interface Writes {
  /**
   * [heads]: ⟨W_O^h z_h, direction⟩, without the bias of the projection, which is no head's; where a norm stands behind attention, a
   * head's share of what it gives, the norm's scale kept as in the run.
   */
  readonly heads: number[];
  /** [neurons]: coefficient · ⟨value vector, direction⟩. */
  readonly neurons: Float64Array;
  /** The biases of the output projection and of the down projection; 0 where the layer has none. */
  readonly attentionBias: number;
  readonly ffnBias: number;
}

/**
 * How a layer's parts reach the residual, as a run had them: the one place that says so for whatever adds them up. Summed over heads,
 * neurons and biases it is what the layer added to the residual along the direction.
 *
 * @param direction [modelDim]
 */
export async function writesAlong(
  runner: Runner,
  run: Capture,
  layer: number,
  direction: ArrayLike<number>,
): Promise<Writes> {
  const { spec, weights } = runner;
  const perZ = await weights.outputProducts(layer, direction);
  const perActivation = await weights.valueProducts(layer, direction);
  const { attention, ffn } = await weights.outputBiases(layer);
  const last = run.ids.length - 1;
  const post = rowOf(run.layers[layer]!.post, last);
  const ofAttention = attentionFactor(run, layer, last);
  const ofFfn = ffnFactor(run, layer, last);
  return {
    heads: Array.from({ length: spec.heads }, (_, head) => ofAttention * headWrite(spec, run, { layer, head }, perZ)),
    neurons: perActivation.map((product, neuron) => ofFfn * product * post[neuron]!),
    attentionBias: attention ? ofAttention * dot(attention, direction) : 0,
    ffnBias: ffn ? ofFfn * dot(ffn, direction) : 0,
  };
}

function headWrite(
  spec: ModelSpec,
  run: Capture,
  at: { readonly layer: number; readonly head: number },
  perZ: Float64Array,
): number {
  const own = perZ.subarray(at.head * spec.headDim, (at.head + 1) * spec.headDim);
  return dot(headZ(run, spec, at, run.ids.length - 1), own);
}
