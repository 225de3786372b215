import type { Intervention } from "#model/interventions.ts";
import { layerWeight, tensorOf, unembedding } from "./model.ts";
import type { ReferenceModel } from "./model.ts";
import { inner, plus, rmsNorm, rowOf, silu, softmax, times } from "./vectors.ts";

/**
 * Everything one forward pass computes, under the method's names. A vector at each position is `Float64Array[]`,
 * indexed by position; where there is a layer it comes first: `layerInput[layer][position]`.
 */
export interface Capture {
  readonly ids: readonly number[];
  /** The residual before the layer's first norm, [layer][T] of d. */
  readonly layerInput: Float64Array[][];
  /** Attention weights, [layer][head][query] of T keys; each row sums to 1 and is 0 after the query. */
  readonly pattern: Float64Array[][][];
  /** What each head reads, [layer][kv head][T] of dh. */
  readonly value: Float64Array[][][];
  /** `Σ_key pattern · value`, interventions applied, [layer][head][T] of dh: the input of o_proj. */
  readonly z: Float64Array[][][];
  /** o_proj of all heads' z, [layer][T] of d. */
  readonly attnOutput: Float64Array[][];
  /** `layerInput + attnOutput`, [layer][T] of d. */
  readonly residualOutput: Float64Array[][];
  /** The paper's coefficient scores, interventions applied: `SiLU(gate) · up`, [layer][T] of N. */
  readonly activation: Float64Array[][];
  /** down_proj of the activations, [layer][T] of d. */
  readonly ffnOutput: Float64Array[][];
  /** `residualOutput + ffnOutput`, [layer][T] of d; the last layer's is before the final norm. */
  readonly layerOutput: Float64Array[][];
  /** [T] of V. */
  readonly logits: Float64Array[];
}

/**
 * One forward pass (method 2.0). Interventions multiply a head's z or a neuron's activation at every position; a
 * head's scale 0 is the same as its columns of o_proj set to 0, because o_proj has no bias.
 */
export function forward(
  model: ReferenceModel,
  ids: readonly number[],
  interventions: readonly Intervention[] = [],
): Capture {
  const capture: Capture = {
    ids,
    layerInput: [],
    pattern: [],
    value: [],
    z: [],
    attnOutput: [],
    residualOutput: [],
    activation: [],
    ffnOutput: [],
    layerOutput: [],
    logits: [],
  };
  const embedding = tensorOf(model, "model.embed_tokens.weight");
  let residual = ids.map((id) => rowOf(embedding, id));
  for (let layer = 0; layer < model.layers; layer++) {
    const attention = attend(model, layer, residual, interventions);
    const middle = residual.map((x, position) => plus(x, attention.output[position]!));
    const ffn = feedForward(model, layer, middle, interventions);
    const output = middle.map((x, position) => plus(x, ffn.output[position]!));
    capture.layerInput.push(residual);
    capture.pattern.push(attention.pattern);
    capture.value.push(attention.value);
    capture.z.push(attention.z);
    capture.attnOutput.push(attention.output);
    capture.residualOutput.push(middle);
    capture.activation.push(ffn.activation);
    capture.ffnOutput.push(ffn.output);
    capture.layerOutput.push(output);
    residual = output;
  }
  const gain = tensorOf(model, "model.norm.weight").data;
  for (const x of residual) capture.logits.push(times(unembedding(model), rmsNorm(x, gain, model.epsilon)));
  return capture;
}

/** Causal attention: `z_h[q] = Σ_{k ≤ q} softmax_k(q_h[q] · k_g[k] / √dh) v_g[k]`, g the key head that head h reads. */
function attend(
  model: ReferenceModel,
  layer: number,
  residual: readonly Float64Array[],
  interventions: readonly Intervention[],
) {
  const { heads, kvHeads, headDim } = model;
  const gain = layerWeight(model, layer, "input_layernorm").data;
  const normed = residual.map((x) => rmsNorm(x, gain, model.epsilon));
  const project = (part: string, count: number) => {
    const all = normed.map((x) => times(layerWeight(model, layer, `self_attn.${part}`), x));
    return Array.from({ length: count }, (_, head) => all.map((x) => x.slice(head * headDim, (head + 1) * headDim)));
  };
  const rotate = (vectors: Float64Array[]) => vectors.map((x, position) => rotary(x, position, model.ropeTheta));
  const query = project("q_proj", heads).map(rotate);
  const key = project("k_proj", kvHeads).map(rotate);
  const value = project("v_proj", kvHeads);

  const pattern: Float64Array[][] = [];
  const z: Float64Array[][] = [];
  for (let head = 0; head < heads; head++) {
    const group = Math.floor(head / (heads / kvHeads));
    pattern.push(query[head]!.map((q, position) => attentionRow(q, key[group]!, position)));
    const scale = scaleOf(interventions, "head", layer, head);
    z.push(pattern[head]!.map((weights) => weightedSum(weights, value[group]!, scale)));
  }
  const outWeight = layerWeight(model, layer, "self_attn.o_proj");
  const output = residual.map((_, position) => {
    const allHeads = new Float64Array(heads * headDim);
    z.forEach((ofHead, head) => allHeads.set(ofHead[position]!, head * headDim));
    return times(outWeight, allHeads);
  });
  return { pattern, value, z, output };
}

function attentionRow(query: Float64Array, keys: readonly Float64Array[], position: number): Float64Array {
  const scores = Float64Array.from(keys.slice(0, position + 1), (key) => inner(query, key) / Math.sqrt(query.length));
  const row = new Float64Array(keys.length);
  row.set(softmax(scores));
  return row;
}

function weightedSum(weights: Float64Array, values: readonly Float64Array[], scale: number): Float64Array {
  const sum = new Float64Array(values[0]!.length);
  values.forEach((value, position) => {
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + scale * weights[position]! * value[i]!;
  });
  return sum;
}

/**
 * Rotary position embedding, the two halves of a head paired: with `θ_i = position · base^(−2i/dh)`,
 * `(x_i, x_{i+dh/2})` turns to `(x_i cos θ_i − x_{i+dh/2} sin θ_i, x_{i+dh/2} cos θ_i + x_i sin θ_i)`.
 */
function rotary(x: Float64Array, position: number, base: number): Float64Array {
  const half = x.length / 2;
  const turned = new Float64Array(x.length);
  for (let i = 0; i < half; i++) {
    const angle = position * base ** ((-2 * i) / x.length);
    turned[i] = x[i]! * Math.cos(angle) - x[i + half]! * Math.sin(angle);
    turned[i + half] = x[i + half]! * Math.cos(angle) + x[i]! * Math.sin(angle);
  }
  return turned;
}

/** `m_k = SiLU(gate_k · n) · (up_k · n)` with n the normed residual, and `Σ_k m_k fc2_k`. */
function feedForward(
  model: ReferenceModel,
  layer: number,
  residual: readonly Float64Array[],
  interventions: readonly Intervention[],
) {
  const gain = layerWeight(model, layer, "post_attention_layernorm").data;
  const activation = residual.map((x) => {
    const normed = rmsNorm(x, gain, model.epsilon);
    const gate = times(layerWeight(model, layer, "mlp.gate_proj"), normed);
    const up = times(layerWeight(model, layer, "mlp.up_proj"), normed);
    return gate.map((g, k) => silu(g) * up[k]! * scaleOf(interventions, "neuron", layer, k));
  });
  const output = activation.map((m) => times(layerWeight(model, layer, "mlp.down_proj"), m));
  return { activation, output };
}

/** The product of what is asked of one part; 1 where nothing is. */
function scaleOf(
  interventions: readonly Intervention[],
  kind: Intervention["kind"],
  layer: number,
  index: number,
): number {
  let scale = 1;
  for (const change of interventions) {
    const at = change.kind === "head" ? change.at.head : change.at.neuron;
    if (change.kind === kind && change.at.layer === layer && at === index) scale *= change.scale;
  }
  return scale;
}
