import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { refuse } from "../config.ts";
import { ropeFields, rotaryPositions } from "../rope.ts";
import type { Config, Family, ModelSpec, WeightPlans } from "../spec.ts";
import { biased, layerNorm, unembedding } from "./plans.ts";

/** Pythia and GPT-NeoX: LayerNorm, rotary embeddings of a part of each head, attention and FFN side by side, exact gelu. */
export const gptNeox: Family = { name: "gpt_neox", architectures: ["GPTNeoXForCausalLM"], readConfig, weights };

function readConfig(config: Config): ModelSpec {
  const modelDim = config.count("hidden_size");
  const heads = config.count("num_attention_heads");
  refuse(modelDim % heads !== 0, `num_attention_heads ${heads} does not divide hidden_size ${modelDim}`);
  const headDim = modelDim / heads;
  refuse(
    !config.flag("attention_bias", true),
    "attention_bias is false; biases on queries, keys and values are needed",
  );
  const activation = config.raw("hidden_act") ?? "gelu";
  refuse(activation !== "gelu", `hidden_act is ${shown(activation)}; gelu is needed`);
  // newer configs keep both in one place
  const nested = ropeFields(config).partial_rotary_factor ?? undefined;
  const share = nested === undefined ? config.positive("rotary_pct", 0.25) : nested;
  if (typeof share !== "number") {
    throw new Fault("bad-config", `config.json: partial_rotary_factor is ${shown(share)}; a number is needed`);
  }
  const dims = Math.floor(headDim * share);
  refuse(
    dims % 2 !== 0 || dims > headDim || dims <= 0,
    `rotary_pct ${share} of ${headDim} dimensions is ${dims}; an even number of them is needed`,
  );
  return {
    family: "gpt_neox",
    layers: config.count("num_hidden_layers"),
    heads,
    kvHeads: heads,
    headDim,
    modelDim,
    neurons: config.count("intermediate_size"),
    vocabulary: config.count("vocab_size"),
    context: config.count("max_position_embeddings"),
    norm: "layer",
    normEps: config.positive("layer_norm_eps", 1e-5),
    positions: rotaryPositions(config, dims, "rotary_emb_base"),
    block: config.flag("use_parallel_residual", true) ? "parallel" : "sequential",
    activation: "gelu",
    tied: config.flag("tie_word_embeddings", false),
  };
}

function weights(spec: ModelSpec, has: (tensor: string) => boolean): WeightPlans {
  const prefix = has("gpt_neox.embed_in.weight") ? "gpt_neox." : "";
  const { modelDim, heads, headDim, neurons, vocabulary } = spec;
  const table = `${prefix}embed_in.weight`;
  return {
    embed: [{ name: "embedding", kind: "table", tensors: [table], shape: [vocabulary, modelDim] }],
    block: (layer) => {
      const at = `${prefix}layers.${layer}.`;
      return [
        ...layerNorm("attn_norm", `${at}input_layernorm`, modelDim),
        ...biased("qkv", `${at}attention.query_key_value`, [3 * modelDim, modelDim], {
          sourceRow: headByHead(heads, headDim),
        }),
        ...biased("attn_out", `${at}attention.dense`, [modelDim, modelDim]),
        ...layerNorm("mlp_norm", `${at}post_attention_layernorm`, modelDim),
        ...biased("mlp_in", `${at}mlp.dense_h_to_4h`, [neurons, modelDim]),
        ...biased("down", `${at}mlp.dense_4h_to_h`, [modelDim, neurons]),
      ];
    },
    unembed: [
      ...layerNorm("final_norm", `${prefix}final_layer_norm`, modelDim),
      unembedding(spec, table, "embed_out.weight"),
    ],
  };
}

/** The file has each head's query, key and value together; the graph wants all queries, then all keys, then all values. */
const headByHead = (heads: number, headDim: number) => (row: number) => {
  const part = Math.floor(row / (heads * headDim));
  const head = Math.floor(row / headDim) % heads;
  return (head * 3 + part) * headDim + (row % headDim);
};
