import { geluNew } from "../activations.ts";
import { normalised } from "../norms.ts";
import { plainFrequencies, turnNeighbours } from "../rotary.ts";
import { rowOf } from "../vectors.ts";
import { apply, biased, layerNorm, splitInto, tensorOf, unbiased } from "./family.ts";
import type { Family, Layer, ReferenceModel } from "./family.ts";

interface GptjConfig {
  readonly n_layer: number;
  readonly n_head: number;
  readonly n_embd: number;
  /** Null or missing: four times as many neurons as dimensions. */
  readonly n_inner?: number | null;
  /** How many of a head's first dimensions turn. */
  readonly rotary_dim: number;
  readonly vocab_size: number;
  readonly layer_norm_epsilon: number;
  readonly activation_function?: string;
}

/**
 * GPT-J: attention and FFN read the same LayerNorm of the layer's input, `x + attn(ln_1 x) + ffn(ln_1 x)`. Attention has
 * no biases, the FFN and the unembedding have. The first `rotary_dim` dimensions of a head turn, neighbours paired.
 */
export const gptj: Family = {
  modelType: "gptj",
  describe: (config: GptjConfig) => {
    const { activation_function: activation = "gelu_new" } = config;
    if (activation !== "gelu_new") throw new Error(`reference: gptj with ${activation} is not here`);
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
        embed: (model, id) => rowOf(tensorOf(model, "transformer.wte.weight"), id),
        layer: (model, layer) => gptjLayer(model, `transformer.h.${layer}`, config),
        finalNorm: (model) => layerNorm(model, "transformer.ln_f", config.layer_norm_epsilon),
        linears: (layer) =>
          ["attn.q_proj", "attn.k_proj", "attn.v_proj", "attn.out_proj", "mlp.fc_in", "mlp.fc_out"].map(
            (part) => `transformer.h.${layer}.${part}`,
          ),
        isConv1d: false,
      },
    };
  },
};

function gptjLayer(model: ReferenceModel, at: string, config: GptjConfig): Layer {
  const frequencies = plainFrequencies(10_000, config.rotary_dim);
  const norm = layerNorm(model, `${at}.ln_1`, config.layer_norm_epsilon);
  const [query, key, value] = ["q", "k", "v"].map((part) => unbiased(model, `${at}.attn.${part}_proj`));
  const up = biased(model, `${at}.mlp.fc_in`);
  return {
    attentionInput: (x) => normalised(norm, x),
    project: (n, position) => {
      const turned = (head: Float64Array) => turnNeighbours(head, position, frequencies);
      return {
        queries: splitInto(model.heads, apply(query!, n)).map(turned),
        keys: splitInto(model.heads, apply(key!, n)).map(turned),
        values: splitInto(model.heads, apply(value!, n)),
      };
    },
    attentionOut: unbiased(model, `${at}.attn.out_proj`),
    ffnInput: (layerInput) => normalised(norm, layerInput),
    activation: (n) => apply(up, n).map(geluNew),
    ffnOut: biased(model, `${at}.mlp.fc_out`),
  };
}
