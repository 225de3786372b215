import { shown } from "#core/shown.ts";
import { refuse } from "../config.ts";
import type { Config, Family, ModelSpec, WeightPlans } from "../spec.ts";
import { biased, layerNorm, unembedding } from "./plans.ts";

/** OPT: LayerNorm, learned positions from the table's third row on, ReLU, biases everywhere, tied. */
export const opt: Family = { name: "opt", architectures: ["OPTForCausalLM"], readConfig, weights };

/** Rows of the table of positions that stand before position 0's. */
const OFFSET = 2;
/** torch's LayerNorm. */
const NORM_EPS = 1e-5;

function readConfig(config: Config): ModelSpec {
  const modelDim = config.count("hidden_size");
  const heads = config.count("num_attention_heads");
  refuse(modelDim % heads !== 0, `num_attention_heads ${heads} does not divide hidden_size ${modelDim}`);
  refuse(
    !config.flag("do_layer_norm_before", true),
    "do_layer_norm_before is false, as in OPT-350M: its norms stand in the residual itself, so that what parts add does not add up; norms before attention and FFN are needed",
  );
  const embedded = config.count("word_embed_proj_dim", modelDim);
  refuse(
    embedded !== modelDim,
    `word_embed_proj_dim is ${embedded}, as in OPT-350M; embeddings as wide as the residual, ${modelDim}, are needed`,
  );
  const activation = config.raw("activation_function") ?? "relu";
  refuse(activation !== "relu", `activation_function is ${shown(activation)}; relu is needed`);
  for (const field of ["enable_bias", "layer_norm_elementwise_affine"]) {
    refuse(!config.flag(field, true), `${field} is false; true is needed`);
  }
  refuse(config.flag("_remove_final_layer_norm", false), "_remove_final_layer_norm is true; a final norm is needed");
  return {
    family: "opt",
    layers: config.count("num_hidden_layers"),
    heads,
    kvHeads: heads,
    headDim: modelDim / heads,
    modelDim,
    neurons: config.count("ffn_dim"),
    vocabulary: config.count("vocab_size"),
    context: config.count("max_position_embeddings", 2048),
    norm: "layer",
    normEps: NORM_EPS,
    positions: { kind: "learned", firstRow: OFFSET },
    block: "sequential",
    activation: "relu",
    tied: config.flag("tie_word_embeddings", true),
  };
}

function weights(spec: ModelSpec, has: (tensor: string) => boolean): WeightPlans {
  // the first checkpoints were saved without their head
  const prefix = has("decoder.embed_tokens.weight") ? "decoder." : "model.decoder.";
  const { modelDim, neurons, vocabulary, context } = spec;
  const table = `${prefix}embed_tokens.weight`;
  return {
    embed: [
      { name: "embedding", kind: "table", tensors: [table], shape: [vocabulary, modelDim] },
      {
        name: "positions",
        kind: "table",
        tensors: [`${prefix}embed_positions.weight`],
        shape: [context + OFFSET, modelDim],
      },
    ],
    block: (layer) => {
      const at = `${prefix}layers.${layer}.`;
      const [q, k, v] = ["q", "k", "v"].map((part) => `${at}self_attn.${part}_proj`) as [string, string, string];
      return [
        ...layerNorm("attn_norm", `${at}self_attn_layer_norm`, modelDim),
        {
          name: "qkv",
          kind: "linear",
          tensors: [q, k, v].map((module) => `${module}.weight`),
          shape: [3 * modelDim, modelDim],
        },
        {
          name: "qkv.bias",
          kind: "plain",
          tensors: [q, k, v].map((module) => `${module}.bias`),
          shape: [3 * modelDim],
        },
        ...biased("attn_out", `${at}self_attn.out_proj`, [modelDim, modelDim]),
        ...layerNorm("mlp_norm", `${at}final_layer_norm`, modelDim),
        ...biased("mlp_in", `${at}fc1`, [neurons, modelDim]),
        ...biased("down", `${at}fc2`, [modelDim, neurons]),
      ];
    },
    unembed: [...layerNorm("final_norm", `${prefix}final_layer_norm`, modelDim), unembedding(spec, table)],
  };
}
