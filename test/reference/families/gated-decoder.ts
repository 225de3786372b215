import { silu } from "../activations.ts";
import { normalised } from "../norms.ts";
import { frequenciesOf, turnHalves } from "../rotary.ts";
import type { RotaryConfig } from "../rotary.ts";
import { hadamard, rowOf } from "../vectors.ts";
import { apply, biased, rmsNorm, splitInto, tensorOf, unbiased } from "./family.ts";
import type { Description, Layer, ReferenceModel } from "./family.ts";

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
  readonly hasQkvBias: boolean;
  /** Each query and each key is normalised over its own dh values before it is turned (Qwen3). */
  readonly hasHeadNorms: boolean;
  readonly window: number;
}

/**
 * Llama and what is built like it: with n the RMSNorm of the residual,
 * `x += o_proj(heads(q_proj n, k_proj n, v_proj n))`, then `x += down_proj(SiLU(gate_proj n) · up_proj n)`. All dh
 * dimensions of a head turn, halves paired.
 */
export function gatedDecoder(config: GatedDecoderConfig, parts: GatedDecoderParts): Description {
  if ((config.hidden_act ?? "silu") !== "silu") throw new Error("reference: an activation other than silu is not here");
  const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  return {
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headDim,
    modelDim: config.hidden_size,
    neurons: config.intermediate_size,
    vocabulary: config.vocab_size,
    window: parts.window,
    anatomy: {
      prefix: "model.",
      embedding: "model.embed_tokens.weight",
      unembedding: "lm_head",
      embed: (model, id) => rowOf(tensorOf(model, "model.embed_tokens.weight"), id),
      layer: (model, layer) => gatedLayer(model, `model.layers.${layer}`, config, parts),
      finalNorm: (model) => rmsNorm(model, "model.norm", config.rms_norm_eps),
      linears: (layer) =>
        ["self_attn.q", "self_attn.k", "self_attn.v", "self_attn.o", "mlp.gate", "mlp.up", "mlp.down"].map(
          (part) => `model.layers.${layer}.${part}_proj`,
        ),
      isConv1d: false,
    },
  };
}

function gatedLayer(
  model: ReferenceModel,
  at: string,
  config: GatedDecoderConfig,
  { hasQkvBias, hasHeadNorms }: GatedDecoderParts,
): Layer {
  const epsilon = config.rms_norm_eps;
  const frequencies = frequenciesOf(config, model.headDim);
  const attentionNorm = rmsNorm(model, `${at}.input_layernorm`, epsilon);
  const ffnNorm = rmsNorm(model, `${at}.post_attention_layernorm`, epsilon);
  const linear = (isBiased: boolean | undefined, name: string) => (isBiased ? biased : unbiased)(model, name);
  const [query, key, value] = ["q", "k", "v"].map((part) =>
    linear(hasQkvBias || config.attention_bias, `${at}.self_attn.${part}_proj`),
  );
  const [gate, up, down] = ["gate", "up", "down"].map((part) => linear(config.mlp_bias, `${at}.mlp.${part}_proj`));

  const positioned = (head: Float64Array, norm: string, position: number) => {
    const ready = hasHeadNorms ? normalised(rmsNorm(model, `${at}.self_attn.${norm}`, epsilon), head) : head;
    return turnHalves(ready, position, frequencies);
  };
  return {
    attentionInput: (x) => normalised(attentionNorm, x),
    project: (n, position) => ({
      queries: splitInto(model.heads, apply(query!, n)).map((head) => positioned(head, "q_norm", position)),
      keys: splitInto(model.kvHeads, apply(key!, n)).map((head) => positioned(head, "k_norm", position)),
      values: splitInto(model.kvHeads, apply(value!, n)),
    }),
    attentionOut: linear(config.attention_bias, `${at}.self_attn.o_proj`),
    ffnInput: (_, middle) => normalised(ffnNorm, middle),
    activation: (n) => hadamard(apply(gate!, n).map(silu), apply(up!, n)),
    ffnOut: down!,
  };
}
