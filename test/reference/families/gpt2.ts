import { geluNew } from "../activations.ts";
import { normalised } from "../norms.ts";
import { plus, rowOf } from "../vectors.ts";
import { apply, conv1d, layerNorm, splitInto, tensorOf } from "./family.ts";
import type { Family, Layer, ReferenceModel } from "./family.ts";

interface Gpt2Config {
  readonly n_layer: number;
  readonly n_head: number;
  readonly n_embd: number;
  /** Null or missing: four times as many neurons as dimensions. */
  readonly n_inner?: number | null;
  readonly vocab_size: number;
  readonly layer_norm_epsilon: number;
  readonly activation_function?: string;
  readonly scale_attn_weights?: boolean;
  readonly scale_attn_by_inverse_layer_idx?: boolean;
}

/**
 * GPT-2: learned positions added to the embedding, LayerNorms with bias, queries, keys and values one after the other
 * from one `c_attn`, every weight but the embeddings stored as [in, out], biases everywhere but on the tied head.
 */
export const gpt2: Family = {
  modelType: "gpt2",
  describe: (config: Gpt2Config) => {
    const { activation_function: activation = "gelu_new", scale_attn_weights: isScaled = true } = config;
    if (activation !== "gelu_new" || !isScaled || config.scale_attn_by_inverse_layer_idx) {
      throw new Error(`reference: gpt2 with ${activation} or another scale of attention is not here`);
    }
    return {
      layers: config.n_layer,
      heads: config.n_head,
      kvHeads: config.n_head,
      headDim: config.n_embd / config.n_head,
      modelDim: config.n_embd,
      neurons: config.n_inner ?? 4 * config.n_embd,
      vocabulary: config.vocab_size,
      anatomy: {
        prefix: "transformer.",
        embedding: "transformer.wte.weight",
        unembedding: "lm_head",
        embed: (model, id, position) =>
          plus(
            rowOf(tensorOf(model, "transformer.wte.weight"), id),
            rowOf(tensorOf(model, "transformer.wpe.weight"), position),
          ),
        layer: (model, layer) => gpt2Layer(model, `transformer.h.${layer}`, config.layer_norm_epsilon),
        finalNorm: (model) => layerNorm(model, "transformer.ln_f", config.layer_norm_epsilon),
        linears: (layer) =>
          ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"].map((part) => `transformer.h.${layer}.${part}`),
        isConv1d: true,
      },
    };
  },
};

function gpt2Layer(model: ReferenceModel, at: string, epsilon: number): Layer {
  const attentionNorm = layerNorm(model, `${at}.ln_1`, epsilon);
  const ffnNorm = layerNorm(model, `${at}.ln_2`, epsilon);
  const fused = conv1d(model, `${at}.attn.c_attn`);
  const up = conv1d(model, `${at}.mlp.c_fc`);
  return {
    attentionInput: (x) => normalised(attentionNorm, x),
    project: (n) => {
      const [queries, keys, values] = splitInto(3, apply(fused, n)).map((all) => splitInto(model.heads, all));
      return { queries: queries!, keys: keys!, values: values! };
    },
    attentionOut: conv1d(model, `${at}.attn.c_proj`),
    ffnInput: (_, middle) => normalised(ffnNorm, middle),
    activation: (n) => apply(up, n).map(geluNew),
    ffnOut: conv1d(model, `${at}.mlp.c_proj`),
  };
}
