import { gelu } from "../activations.ts";
import { normalised } from "../norms.ts";
import { frequenciesOf, turnHalves } from "../rotary.ts";
import type { RotaryConfig } from "../rotary.ts";
import { rowOf } from "../vectors.ts";
import { apply, biased, layerNorm, splitInto, tensorOf } from "./family.ts";
import type { Family, Layer, Projected, ReferenceModel } from "./family.ts";

interface GptNeoxConfig extends RotaryConfig {
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly vocab_size: number;
  readonly layer_norm_eps: number;
  readonly hidden_act?: string;
  readonly attention_bias?: boolean;
  /** The share of a head's dimensions that turn; newer configs call it `rope_parameters.partial_rotary_factor`. */
  readonly rotary_pct?: number;
  /** Newer configs call it `rope_parameters.rope_theta`. */
  readonly rotary_emb_base?: number;
  readonly use_parallel_residual?: boolean;
}

/**
 * GPT-NeoX and Pythia: LayerNorms with bias, biases on every projection of a layer, the exact GELU, and an unembedding of
 * its own, `embed_out`. Only the first `⌊rotary_pct · dh⌋` dimensions of a head turn, their halves paired. In the
 * parallel form, which Pythia has, the FFN reads its own norm of the layer's input: `x + attn(ln_1 x) + ffn(ln_2 x)`.
 */
export const gptNeox: Family = {
  modelType: "gpt_neox",
  describe: (config: GptNeoxConfig) => {
    const { hidden_act: activation = "gelu", attention_bias: hasBias = true } = config;
    if (activation !== "gelu" || !hasBias) {
      throw new Error(`reference: gpt_neox with ${activation} or without biases is not here`);
    }
    return {
      layers: config.num_hidden_layers,
      heads: config.num_attention_heads,
      kvHeads: config.num_attention_heads,
      headDim: config.hidden_size / config.num_attention_heads,
      modelDim: config.hidden_size,
      neurons: config.intermediate_size,
      vocabulary: config.vocab_size,
      anatomy: {
        prefix: "gpt_neox.",
        embedding: "gpt_neox.embed_in.weight",
        unembedding: "embed_out",
        embed: (model, id) => rowOf(tensorOf(model, "gpt_neox.embed_in.weight"), id),
        layer: (model, layer) => neoxLayer(model, `gpt_neox.layers.${layer}`, config),
        finalNorm: (model) => layerNorm(model, "gpt_neox.final_layer_norm", config.layer_norm_eps),
        linears: (layer) =>
          ["attention.query_key_value", "attention.dense", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h"].map(
            (part) => `gpt_neox.layers.${layer}.${part}`,
          ),
        isConv1d: false,
      },
    };
  },
};

/** `query_key_value`'s outputs: for each head its query, then its key, then its value. */
export function splitFused(heads: number, fused: Float64Array): Projected {
  const perHead = splitInto(heads, fused).map((head) => splitInto(3, head));
  const [queries, keys, values] = [0, 1, 2].map((part) => perHead.map((head) => head[part]!));
  return { queries: queries!, keys: keys!, values: values! };
}

function neoxLayer(model: ReferenceModel, at: string, config: GptNeoxConfig): Layer {
  const { layer_norm_eps: epsilon, rotary_pct: oldShare = 0.25, rotary_emb_base: base = 10_000 } = config;
  const share = config.rope_parameters?.partial_rotary_factor ?? oldShare;
  const frequencies = frequenciesOf({ rope_theta: base, ...config }, Math.floor(share * model.headDim));
  const attentionNorm = layerNorm(model, `${at}.input_layernorm`, epsilon);
  const ffnNorm = layerNorm(model, `${at}.post_attention_layernorm`, epsilon);
  const fused = biased(model, `${at}.attention.query_key_value`);
  const up = biased(model, `${at}.mlp.dense_h_to_4h`);
  const isParallel = config.use_parallel_residual ?? true;
  return {
    attentionInput: (x) => normalised(attentionNorm, x),
    project: (n, position) => {
      const { queries, keys, values } = splitFused(model.heads, apply(fused, n));
      const turned = (head: Float64Array) => turnHalves(head, position, frequencies);
      return { queries: queries.map(turned), keys: keys.map(turned), values };
    },
    attentionOut: biased(model, `${at}.attention.dense`),
    ffnInput: (layerInput, middle) => normalised(ffnNorm, isParallel ? layerInput : middle),
    activation: (n) => apply(up, n).map(gelu),
    ffnOut: biased(model, `${at}.mlp.dense_4h_to_h`),
  };
}
