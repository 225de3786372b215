import { rotaryFrequencies } from "../rope.ts";
import type { Config, Family, ModelSpec, WeightPlans } from "../spec.ts";
import { refuse } from "../config.ts";
import { biased, layerNorm } from "./plans.ts";

/** Pythia and GPT-NeoX: LayerNorm, rotary embeddings of a part of each head, attention and FFN side by side, exact gelu. */
export const gptNeox: Family = { name: "gpt_neox", architectures: ["GPTNeoXForCausalLM"], readConfig, weights };

function readConfig(config: Config): ModelSpec {
  const modelDim = config.count("hidden_size");
  const heads = config.count("num_attention_heads");
  refuse(modelDim % heads !== 0, `num_attention_heads ${heads} does not divide hidden_size ${modelDim}`);
  const headDim = modelDim / heads;
  const activation = config.raw("hidden_act") ?? "gelu";
  refuse(activation !== "gelu", `hidden_act is ${JSON.stringify(activation)}; gelu is needed`);
  const scaling = config.raw("rope_scaling");
  refuse(scaling !== undefined, `rope_scaling is ${JSON.stringify(scaling)}; plain rotary embeddings are needed`);
  // newer configs keep both in one place
  const nested = (config.raw("rope_parameters") ?? {}) as {
    readonly rope_theta?: unknown;
    readonly partial_rotary_factor?: unknown;
  };
  const theta = typeof nested.rope_theta === "number" ? nested.rope_theta : config.positive("rotary_emb_base", 10_000);
  const share =
    typeof nested.partial_rotary_factor === "number"
      ? nested.partial_rotary_factor
      : config.positive("rotary_pct", 0.25);
  const dims = Math.floor(headDim * share);
  refuse(
    dims % 2 !== 0 || dims > headDim,
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
    positions: { kind: "rotary", inverseFrequencies: rotaryFrequencies(theta, dims) },
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
      {
        name: "unembedding",
        kind: "linear",
        tensors: [spec.tied ? table : "embed_out.weight"],
        shape: [vocabulary, modelDim],
      },
    ],
  };
}

/** The file has each head's query, key and value together; the graph wants all queries, then all keys, then all values. */
const headByHead = (heads: number, headDim: number) => (row: number) => {
  const part = Math.floor(row / (heads * headDim));
  const head = Math.floor(row / headDim) % heads;
  return (head * 3 + part) * headDim + (row % headDim);
};
