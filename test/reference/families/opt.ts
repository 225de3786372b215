import { normalised } from "../norms.ts";
import { plus, rowOf } from "../vectors.ts";
import { apply, biased, layerNorm, splitInto, tensorOf } from "./family.ts";
import type { Family, Layer, ReferenceModel } from "./family.ts";

interface OptConfig {
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly hidden_size: number;
  readonly ffn_dim: number;
  readonly vocab_size: number;
}

/** Rows of the table of positions before position 0's. */
const OFFSET = 2;
const EPSILON = 1e-5;

/** OPT with norms before its parts: learned positions, LayerNorms, ReLU, biases everywhere but on the tied head. */
export const opt: Family = {
  modelType: "opt",
  describe: (config: OptConfig) => ({
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    kvHeads: config.num_attention_heads,
    headDim: config.hidden_size / config.num_attention_heads,
    modelDim: config.hidden_size,
    neurons: config.ffn_dim,
    vocabulary: config.vocab_size,
    anatomy: {
      prefix: "model.",
      embedding: "model.decoder.embed_tokens.weight",
      unembedding: "lm_head",
      embed: (model, id, position) =>
        plus(
          rowOf(tensorOf(model, "model.decoder.embed_tokens.weight"), id),
          rowOf(tensorOf(model, "model.decoder.embed_positions.weight"), OFFSET + position),
        ),
      layer: (model, layer) => optLayer(model, `model.decoder.layers.${layer}`),
      finalNorm: (model) => layerNorm(model, "model.decoder.final_layer_norm", EPSILON),
      linears: (layer) =>
        ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "fc1", "fc2"].map(
          (part) => `model.decoder.layers.${layer}.${part}`,
        ),
      isConv1d: false,
    },
  }),
};

function optLayer(model: ReferenceModel, at: string): Layer {
  const attentionNorm = layerNorm(model, `${at}.self_attn_layer_norm`, EPSILON);
  const ffnNorm = layerNorm(model, `${at}.final_layer_norm`, EPSILON);
  const [query, key, value] = ["q", "k", "v"].map((part) => biased(model, `${at}.self_attn.${part}_proj`));
  const up = biased(model, `${at}.fc1`);
  return {
    attentionInput: (x) => normalised(attentionNorm, x),
    project: (n) => ({
      queries: splitInto(model.heads, apply(query!, n)),
      keys: splitInto(model.heads, apply(key!, n)),
      values: splitInto(model.heads, apply(value!, n)),
    }),
    attentionOut: biased(model, `${at}.self_attn.out_proj`),
    ffnInput: (_, middle) => normalised(ffnNorm, middle),
    ffnNorm,
    activation: (n) => apply(up, n).map((x) => Math.max(0, x)),
    ffnOut: biased(model, `${at}.fc2`),
  };
}
