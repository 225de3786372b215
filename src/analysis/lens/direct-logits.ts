import { dot, rowOf } from "#core/numeric/matrix.ts";
import { sum } from "#core/numeric/sum.ts";
import type { Capture } from "../capture.ts";
import type { Runner } from "../runner.ts";
import { writesAlong } from "./reach.ts";

/** What every part adds to a logit by itself, or to the difference of two, past all that comes after it. */
export interface DirectLogits {
  /** The model's own logit of the target, before a soft-cap, less that of the other token where there is one. */
  readonly total: number;
  /** The token's embedding, and its position's where positions are learned. */
  readonly embedding: number;
  /** [layer]: the sum over its heads. */
  readonly attention: number[];
  /** [layer][head] */
  readonly heads: number[][];
  /** [layer]: the sum over its neurons. */
  readonly ffn: number[];
  /** What no part writes: the biases of all output and down projections, of the final norm and of the logits. */
  readonly bias: number;
  /** Of the layer that was asked for, [neuron]. */
  readonly neurons?: Float64Array;
}

export interface DirectQuestion {
  readonly target: number;
  /** Taken off the target's; left out: nothing is. */
  readonly against?: number | undefined;
  /** Whose neurons are wanted one by one. */
  readonly layer?: number | undefined;
  readonly onLayer?: (layer: number) => void;
}

/**
 * Direct logit attribution at the last position. With the final norm's scale s as this run had it, the logit of token t is linear in
 * the residual up to biases,
 *
 *     logit_t = ⟨x, d_t⟩ + bias_t        d_t = s · γ ⊙ W_U[t], in a LayerNorm model less its mean
 *
 * and x is the embedding plus what every head and neuron writes plus biases: each one's direct effect is its product with d_t, and
 * with `against` with d_t − d_against. They add up to the logit exactly, as far as float32 does. Where the model caps its logits it is the
 * logit before the cap that is linear in the residual, and that they add up to.
 *
 * @see Elhage et al. (2021), "A Mathematical Framework for Transformer Circuits"; TransformerLens, `ActivationCache.logit_attrs`
 */
export async function directLogits(
  runner: Runner,
  run: Capture,
  { target, against, layer: opened, onLayer }: DirectQuestion,
): Promise<DirectLogits> {
  const { spec, weights } = runner;
  const mix = new Float64Array(spec.vocabulary);
  mix[target] = 1;
  if (against !== undefined) mix[against]! -= 1;
  const direction = (await weights.logitDirection(mix)).map((value) => value * run.scale);
  const heads: number[][] = [];
  const ffn: number[] = [];
  let bias = await weights.logitBias(mix);
  let neurons: Float64Array | undefined;
  for (let layer = 0; layer < spec.layers; layer++) {
    const writes = await writesAlong(runner, run, layer, direction);
    heads.push(writes.heads);
    ffn.push(writes.neurons.reduce((total, write) => total + write, 0));
    bias += writes.attentionBias + writes.ffnBias;
    if (layer === opened) neurons = writes.neurons;
    onLayer?.(layer);
  }
  const capped = run.logits[target]! - (against === undefined ? 0 : run.logits[against]!);
  const whole = dot(rowOf(run.residFinal, run.ids.length - 1), direction) + (await weights.logitBias(mix));
  return {
    total: spec.softcap?.final === undefined ? capped : whole,
    embedding: dot(rowOf(run.layers[0]!.residPre, run.ids.length - 1), direction),
    attention: heads.map(sum),
    heads,
    ffn,
    bias,
    ...(neurons && { neurons }),
  };
}
