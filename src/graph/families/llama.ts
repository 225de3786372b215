import type { ModelSpec } from "#model/spec.ts";
import { TAPS } from "#model/taps.ts";
import { attention } from "../attention.ts";
import type { GraphBuilder, Value } from "../builder.ts";
import { intervene } from "../intervene.ts";
import * as op from "../operators.ts";
import type { PartWeights } from "../weights.ts";

/**
 * A Llama layer: RMSNorm, rotary attention, residual, RMSNorm, SiLU-gated FFN, residual.
 *
 * Inputs: `residual` [batch, position, modelDim]; `cos`, `sin` [position, headDim/2]; `mask` [position, position], 0 or
 * hugely negative; `variant_source` [variants]; `head_scale`, `head_fill` broadcastable to [variants, heads, position, headDim];
 * `neuron_scale`, `neuron_fill` broadcastable to [variants, position, neurons].
 *
 * Variant b goes on from batch row `variant_source[b]`: attention is computed once per row, and a row can become several
 * variants that differ in what is switched off from here on. Then z ← z · head_scale + head_fill before o_proj, and
 * activation ← activation · neuron_scale + neuron_fill before the down projection.
 *
 * Outputs: `residual_out` and the taps of `model/taps.ts`; all but the pattern [batch, …] are [variants, …].
 */
export function llamaBlock(g: GraphBuilder, spec: ModelSpec, weights: PartWeights): void {
  const residual = g.input("residual", ["batch", "position", spec.modelDim]);
  const source = g.input("variant_source", ["variants"], "int64");
  const normed = op.simplifiedLayerNormalization(g, residual, weights.plain("attn_norm"), spec.normEps);
  const { z, pattern } = attention(g, spec, weights.linear(normed, "qkv"));

  const heldZ = intervene(g, op.gather(g, z, source, 0), "head", [
    "head_variants",
    "head",
    "head_position",
    "head_dim",
  ]);
  const merged = op.reshape(g, op.transpose(g, heldZ, [0, 2, 1, 3]), [0, 0, spec.heads * spec.headDim]);
  const residMid = op.add(g, op.gather(g, residual, source, 0), weights.linear(merged, "attn_out"));

  const normedMid = op.simplifiedLayerNormalization(g, residMid, weights.plain("mlp_norm"), spec.normEps);
  const gateUp = weights.linear(normedMid, "gate_up");
  const [gate, up] = op.split(g, gateUp, [spec.neurons, spec.neurons], 2) as [Value, Value];
  const activation = op.mul(g, op.mul(g, gate, op.sigmoid(g, gate)), up);
  const post = intervene(g, activation, "neuron", ["neuron_variants", "neuron_position", "neuron"]);
  const residPost = op.add(g, residMid, weights.linear(post, "down"));

  const { heads, headDim, modelDim, neurons } = spec;
  g.output(pattern, TAPS.pattern, ["batch", heads, "position", "position"]);
  g.output(heldZ, TAPS.z, ["variants", heads, "position", headDim]);
  g.output(residMid, TAPS.residMid, ["variants", "position", modelDim]);
  g.output(post, TAPS.post, ["variants", "position", neurons]);
  g.output(residPost, "residual_out", ["variants", "position", modelDim]);
}
