import { shown } from "#core/shown.ts";
import type { Config, Family, ModelSpec, WeightPlans } from "../spec.ts";
import { refuse } from "../config.ts";
import { biased, layerNorm, unembedding } from "./plans.ts";

/** LayerNorm, learned positions, queries, keys and values in one product, weights stored as [inputs, outputs], tied. */
export const gpt2: Family = { name: "gpt2", architectures: ["GPT2LMHeadModel"], readConfig, weights };

function readConfig(config: Config): ModelSpec {
  const modelDim = config.count("n_embd");
  const heads = config.count("n_head");
  refuse(modelDim % heads !== 0, `n_head ${heads} does not divide n_embd ${modelDim}`);
  const activation = config.raw("activation_function") ?? "gelu_new";
  refuse(activation !== "gelu_new", `activation_function is ${shown(activation)}; gelu_new is needed`);
  refuse(
    !config.flag("scale_attn_weights", true),
    "scale_attn_weights is false; scores divided by √head_dim are needed",
  );
  refuse(
    config.flag("scale_attn_by_inverse_layer_idx", false),
    "scale_attn_by_inverse_layer_idx is true; false is needed",
  );
  return {
    family: "gpt2",
    layers: config.count("n_layer"),
    heads,
    kvHeads: heads,
    headDim: modelDim / heads,
    modelDim,
    neurons: config.count("n_inner", 4 * modelDim),
    vocabulary: config.count("vocab_size"),
    context: config.count("n_positions"),
    norm: "layer",
    normEps: config.positive("layer_norm_epsilon", 1e-5),
    positions: { kind: "learned" },
    block: "sequential",
    activation: "gelu-tanh",
    tied: config.flag("tie_word_embeddings", true),
  };
}

function weights(spec: ModelSpec, has: (tensor: string) => boolean): WeightPlans {
  const prefix = has("transformer.wte.weight") ? "transformer." : "";
  const { modelDim, neurons, vocabulary, context } = spec;
  const table = `${prefix}wte.weight`;
  const conv1d = { transposed: true };
  return {
    embed: [
      { name: "embedding", kind: "table", tensors: [table], shape: [vocabulary, modelDim] },
      { name: "positions", kind: "table", tensors: [`${prefix}wpe.weight`], shape: [context, modelDim] },
    ],
    block: (layer) => {
      const at = `${prefix}h.${layer}.`;
      return [
        ...layerNorm("attn_norm", `${at}ln_1`, modelDim),
        ...biased("qkv", `${at}attn.c_attn`, [3 * modelDim, modelDim], conv1d),
        ...biased("attn_out", `${at}attn.c_proj`, [modelDim, modelDim], conv1d),
        ...layerNorm("mlp_norm", `${at}ln_2`, modelDim),
        ...biased("mlp_in", `${at}mlp.c_fc`, [neurons, modelDim], conv1d),
        ...biased("down", `${at}mlp.c_proj`, [modelDim, neurons], conv1d),
      ];
    },
    unembed: [...layerNorm("final_norm", `${prefix}ln_f`, modelDim), unembedding(spec, table)],
  };
}
