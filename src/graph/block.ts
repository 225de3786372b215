import { hasPostNorm, hasPreNorm } from "#model/spec.ts";
import type { ModelSpec } from "#model/spec.ts";
import { TAPS } from "#model/taps.ts";
import { attention } from "./attention.ts";
import type { GraphBuilder, Value } from "./builder.ts";
import { intervene } from "./intervene.ts";
import * as op from "./operators.ts";
import type { PartWeights } from "./weights.ts";

/**
 * One decoder layer of any family, by what its spec says: norm, attention, residual, norm, FFN, residual, the FFN after
 * attention or beside it, norms before the parts or behind them.
 *
 * Inputs: `residual` [batch, position, modelDim]; what `attention` adds; `variant_source` [variants]; `head_scale`, `head_fill`
 * broadcastable to [variants, heads, position, headDim]; `neuron_scale`, `neuron_fill` to [variants, position, neurons].
 *
 * Variant b goes on from batch row `variant_source[b]`: attention is computed once per row, and a row can become several
 * variants that differ in what is ablated from here on. Then z ← z · head_scale + head_fill before the output projection,
 * and activation ← activation · neuron_scale + neuron_fill before the down projection. Norms behind a part come after both.
 *
 * Outputs: `residual_out` and the taps of `model/taps.ts`; pattern, queries, keys and values are [batch, …], all others [variants, …].
 * The residual between attention and FFN is layer input + attention output in every layout, also where the FFN does not read it.
 */
export function block(g: GraphBuilder, spec: ModelSpec, layer: number, weights: PartWeights): void {
  const residual = g.input("residual", ["batch", "position", spec.modelDim]);
  const source = g.input("variant_source", ["variants"], "int64");
  const normed = hasPreNorm(spec) ? weights.norm(residual, "attn_norm") : residual;
  const { z, pattern, q, k, v } = attention(g, spec, layer, weights, normed);

  const heldZ = intervene(g, op.gather(g, z, source, 0), "head", [
    "head_variants",
    "head",
    "head_position",
    "head_dim",
  ]);
  const merged = op.reshape(g, op.transpose(g, heldZ, [0, 2, 1, 3]), [0, 0, spec.heads * spec.headDim]);
  const residPre = op.gather(g, residual, source, 0);
  const attn = addend(g, spec, weights, weights.linear(merged, "attn_out"), "attn_post_norm");
  const residMid = op.add(g, residPre, attn.value);

  const activation = activate(
    g,
    spec,
    weights.linear(ffnInput(g, spec, weights, { normed, source, residPre, residMid }), "mlp_in"),
  );
  const post = intervene(g, activation, "neuron", ["neuron_variants", "neuron_position", "neuron"]);
  const ffn = addend(g, spec, weights, weights.linear(post, "down"), "mlp_post_norm");
  const residPost = op.add(g, residMid, ffn.value);

  const { heads, kvHeads, headDim, modelDim, neurons } = spec;
  g.output(q, TAPS.q, ["batch", heads, "position", headDim]);
  g.output(k, TAPS.k, ["batch", kvHeads, "position", headDim]);
  g.output(v, TAPS.v, ["batch", kvHeads, "position", headDim]);
  g.output(pattern, TAPS.pattern, ["batch", heads, "position", "position"]);
  g.output(heldZ, TAPS.z, ["variants", heads, "position", headDim]);
  g.output(residMid, TAPS.residMid, ["variants", "position", modelDim]);
  g.output(post, TAPS.post, ["variants", "position", neurons]);
  if (attn.scale && ffn.scale) {
    g.output(attn.scale, TAPS.attnPostScale, ["variants", "position", 1]);
    g.output(ffn.scale, TAPS.ffnPostScale, ["variants", "position", 1]);
  }
  g.output(residPost, "residual_out", ["variants", "position", modelDim]);
}

/** What a part adds to the residual: its output, through the norm behind it where there is one, times the residual's scale. */
function addend(
  g: GraphBuilder,
  spec: ModelSpec,
  weights: PartWeights,
  output: Value,
  norm: "attn_post_norm" | "mlp_post_norm",
): { readonly value: Value; readonly scale?: Value } {
  const factor = spec.scales?.residual;
  if (!hasPostNorm(spec)) return { value: op.scaled(g, output, factor) };
  const { normed, scale } = weights.normWithScale(output, norm);
  return { value: op.scaled(g, normed, factor), scale };
}

interface LayerValues {
  readonly normed: Value;
  readonly source: Value;
  readonly residPre: Value;
  readonly residMid: Value;
}

function ffnInput(g: GraphBuilder, spec: ModelSpec, weights: PartWeights, values: LayerValues): Value {
  switch (spec.block) {
    case "sequential":
      return hasPreNorm(spec) ? weights.norm(values.residMid, "mlp_norm") : values.residMid;
    case "parallel":
      return weights.norm(values.residPre, "mlp_norm");
    case "parallel-shared":
      return op.gather(g, values.normed, values.source, 0);
    default:
      throw new Error(`graph: unknown layout ${String(spec.block satisfies never)}`);
  }
}

/** Neuron activations from the FFN's first product, which holds gates and then ups in a gated FFN. */
function activate(g: GraphBuilder, spec: ModelSpec, product: Value): Value {
  switch (spec.activation) {
    case "silu-gated": {
      const [gate, up] = op.split(g, product, [spec.neurons, spec.neurons], 2) as [Value, Value];
      return op.mul(g, op.mul(g, gate, op.sigmoid(g, gate)), up);
    }
    case "gelu-tanh-gated": {
      const [gate, up] = op.split(g, product, [spec.neurons, spec.neurons], 2) as [Value, Value];
      return op.mul(g, op.gelu(g, gate, "tanh"), up);
    }
    case "relu":
      return op.relu(g, product);
    case "gelu":
      return op.gelu(g, product, "none");
    case "gelu-tanh":
      return op.gelu(g, product, "tanh");
    default:
      throw new Error(`graph: unknown activation ${String(spec.activation satisfies never)}`);
  }
}
