import { silu } from "../activations.ts";
import { normalised } from "../norms.ts";
import { rotationOf, turned } from "../rotary.ts";
import type { Rotation, RotaryConfig } from "../rotary.ts";
import { hadamard, rowOf, scaled } from "../vectors.ts";
import { apply, biased, rmsNorm, rmsNormFrom1, splitInto, tensorOf, unbiased } from "./family.ts";
import type { Description, Layer, Linear, ReferenceModel } from "./family.ts";

/** What Llama, Mistral and Qwen write into config.json. */
export interface GatedDecoderConfig extends RotaryConfig {
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads?: number | null;
  readonly head_dim?: number | null;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly vocab_size: number;
  readonly rms_norm_eps: number;
  readonly hidden_act?: string;
  /** Biases on queries, keys, values and the output projection. */
  readonly attention_bias?: boolean;
  /** Biases on gate, up and down. */
  readonly mlp_bias?: boolean;
}

/** Where the families that are built like Llama differ. */
export interface GatedDecoderParts {
  /** Queries, keys and values have biases (Qwen2). */
  readonly hasQkvBias?: boolean;
  /** Each query and each key is normalised over its own dh values before it is turned (Qwen3), or all heads' together (OLMo 2). */
  readonly qkNorm?: "head" | "full";
  readonly window?: (layer: number) => number;
  /** How a layer's queries and keys turn; undefined: not at all. Left out: in every layer as the config says. */
  readonly rotation?: (layer: number, tokens: number) => Rotation | undefined;
  /** Norms: before attention and FFN (Llama), behind both (OLMo 2), or both (Gemma). */
  readonly norms?: "pre" | "post" | "both";
  /** The file has every gain less 1 (Gemma). */
  readonly isGainFrom1?: boolean;
  /** Queries, keys and values are the rows of one tensor, gate and up those of another (Phi-3). */
  readonly isFused?: boolean;
  /** Of the gate; left out: SiLU. */
  readonly act?: (x: number) => number;
  /** What is looked up of the embedding is multiplied by this. */
  readonly embeddingScale?: number;
  /** The rest of a description that differs from Llama's. */
  readonly values?: Partial<Description>;
}

/**
 * Llama and what is built like it: with n the RMSNorm of the residual,
 * `x += o_proj(heads(q_proj n, k_proj n, v_proj n))`, then `x += down_proj(SiLU(gate_proj n) · up_proj n)`. All dh
 * dimensions of a head turn, halves paired.
 */
export function gatedDecoder(config: GatedDecoderConfig, parts: GatedDecoderParts): Description {
  if (!parts.act && (config.hidden_act ?? "silu") !== "silu")
    throw new Error("reference: an activation other than silu is not here");
  const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  return {
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headDim,
    modelDim: config.hidden_size,
    neurons: config.intermediate_size,
    vocabulary: config.vocab_size,
    ...(parts.window && { window: parts.window }),
    ...parts.values,
    anatomy: {
      prefix: "model.",
      embedding: "model.embed_tokens.weight",
      unembedding: "lm_head",
      embed: (model, id) => scaled(rowOf(tensorOf(model, "model.embed_tokens.weight"), id), parts.embeddingScale ?? 1),
      layer: (model, layer) => gatedLayer(model, layer, config, parts),
      finalNorm: (model) => normOf(parts)(model, "model.norm", config.rms_norm_eps),
      linears: (layer) =>
        (parts.isFused
          ? ["self_attn.qkv", "self_attn.o", "mlp.gate_up", "mlp.down"]
          : ["self_attn.q", "self_attn.k", "self_attn.v", "self_attn.o", "mlp.gate", "mlp.up", "mlp.down"]
        ).map((part) => `model.layers.${layer}.${part}_proj`),
      isConv1d: false,
    },
  };
}

const normOf = ({ isGainFrom1 }: GatedDecoderParts) => (isGainFrom1 ? rmsNormFrom1 : rmsNorm);

function gatedLayer(model: ReferenceModel, layer: number, config: GatedDecoderConfig, parts: GatedDecoderParts): Layer {
  const { hasQkvBias, qkNorm, norms = "pre", act = silu } = parts;
  const at = `model.layers.${layer}`;
  const normNamed = (name: string) => normOf(parts)(model, `${at}.${name}`, config.rms_norm_eps);
  const rotationIn = parts.rotation ?? (() => rotationOf(config, model.headDim));
  const linear = (isBiased: boolean | undefined, name: string) => (isBiased ? biased : unbiased)(model, name);
  const { heads: h, kvHeads: g, headDim, neurons } = model;
  const [query, key, value] = parts.isFused
    ? rowsOf(model, `${at}.self_attn.qkv_proj`, [h * headDim, g * headDim, g * headDim])
    : ["q", "k", "v"].map((part) => linear(hasQkvBias || config.attention_bias, `${at}.self_attn.${part}_proj`));
  const [gate, up] = parts.isFused
    ? rowsOf(model, `${at}.mlp.gate_up_proj`, [neurons, neurons])
    : ["gate", "up"].map((part) => linear(config.mlp_bias, `${at}.mlp.${part}_proj`));
  const down = linear(config.mlp_bias, `${at}.mlp.down_proj`);

  const heads = (all: Float64Array, count: number, norm: string, { position, tokens }: Place) => {
    const rotation = rotationIn(layer, tokens);
    const whole = qkNorm === "full" ? normalised(normNamed(`self_attn.${norm}`), all) : all;
    return splitInto(count, whole).map((head) => {
      const ready = qkNorm === "head" ? normalised(normNamed(`self_attn.${norm}`), head) : head;
      return rotation ? turned(ready, position, rotation) : ready;
    });
  };
  const before = (name: string) => (norms === "post" ? undefined : normNamed(name));
  const attentionNorm = before("input_layernorm");
  const ffnNorm = before(norms === "both" ? "pre_feedforward_layernorm" : "post_attention_layernorm");
  return {
    isPreNorm: norms !== "post",
    attentionInput: (x) => (attentionNorm ? normalised(attentionNorm, x) : x),
    project: (n, position, tokens = position + 1) => ({
      queries: heads(apply(query!, n), model.heads, "q_norm", { position, tokens }),
      keys: heads(apply(key!, n), model.kvHeads, "k_norm", { position, tokens }),
      values: splitInto(model.kvHeads, apply(value!, n)),
    }),
    attentionOut: linear(config.attention_bias, `${at}.self_attn.o_proj`),
    ffnInput: (_, middle) => (ffnNorm ? normalised(ffnNorm, middle) : middle),
    ffnNorm,
    activation: (n) => hadamard(apply(gate!, n).map(act), apply(up!, n)),
    ffnOut: down,
    ...(norms !== "pre" && {
      attentionPost: normNamed("post_attention_layernorm"),
      ffnPost: normNamed("post_feedforward_layernorm"),
    }),
  };
}

interface Place {
  readonly position: number;
  /** Of the whole prompt. */
  readonly tokens: number;
}

/** Several layers of a tensor that has their rows one below the other. */
function rowsOf(model: ReferenceModel, name: string, sizes: readonly number[]): Linear[] {
  const { weight } = unbiased(model, name);
  const width = weight.shape[1]!;
  let first = 0;
  return sizes.map((rows) => {
    const data = weight.data.slice(first * width, (first + rows) * width);
    first += rows;
    return { weight: { shape: [rows, width], data }, bias: undefined };
  });
}
