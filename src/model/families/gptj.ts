import { shown } from "#core/shown.ts";
import { rotaryFrequencies } from "../rope.ts";
import type { Config, Family, ModelSpec, WeightPlans } from "../spec.ts";
import { refuse } from "../config.ts";
import { biased, layerNorm, unembedding } from "./plans.ts";

/** GPT-J: one LayerNorm before attention and FFN side by side, rotary embeddings of neighbouring pairs, a bias on the logits. */
export const gptj: Family = { name: "gptj", architectures: ["GPTJForCausalLM"], readConfig, weights };

/** transformers' own default. */
const DEFAULT_ROTARY_DIM = 64;

function readConfig(config: Config): ModelSpec {
  const modelDim = config.count("n_embd");
  const heads = config.count("n_head");
  refuse(modelDim % heads !== 0, `n_head ${heads} does not divide n_embd ${modelDim}`);
  const headDim = modelDim / heads;
  const dims = config.count("rotary_dim", DEFAULT_ROTARY_DIM);
  refuse(
    dims % 2 !== 0 || dims > headDim,
    `rotary_dim ${dims} must be even and at most the head's ${headDim} dimensions`,
  );
  const activation = config.raw("activation_function") ?? "gelu_new";
  refuse(activation !== "gelu_new", `activation_function is ${shown(activation)}; gelu_new is needed`);
  return {
    family: "gptj",
    layers: config.count("n_layer"),
    heads,
    kvHeads: heads,
    headDim,
    modelDim,
    neurons: config.count("n_inner", 4 * modelDim),
    vocabulary: config.count("vocab_size"),
    context: config.count("n_positions"),
    norm: "layer",
    normEps: config.positive("layer_norm_epsilon", 1e-5),
    positions: { kind: "rotary", inverseFrequencies: rotaryFrequencies(10_000, dims) },
    block: "parallel-shared",
    activation: "gelu-tanh",
    tied: config.flag("tie_word_embeddings", false),
  };
}

function weights(spec: ModelSpec, has: (tensor: string) => boolean): WeightPlans {
  const prefix = has("transformer.wte.weight") ? "transformer." : "";
  const { modelDim, neurons, vocabulary } = spec;
  const table = `${prefix}wte.weight`;
  return {
    embed: [{ name: "embedding", kind: "table", tensors: [table], shape: [vocabulary, modelDim] }],
    block: (layer) => {
      const at = `${prefix}h.${layer}.`;
      return [
        ...layerNorm("attn_norm", `${at}ln_1`, modelDim),
        {
          name: "qkv",
          kind: "linear",
          tensors: ["q_proj", "k_proj", "v_proj"].map((part) => `${at}attn.${part}.weight`),
          shape: [3 * modelDim, modelDim],
          sourceRow: pairsApart(spec),
        },
        { name: "attn_out", kind: "linear", tensors: [`${at}attn.out_proj.weight`], shape: [modelDim, modelDim] },
        ...biased("mlp_in", `${at}mlp.fc_in`, [neurons, modelDim]),
        ...biased("down", `${at}mlp.fc_out`, [modelDim, neurons]),
      ];
    },
    unembed: [
      ...layerNorm("final_norm", `${prefix}ln_f`, modelDim),
      unembedding(spec, table),
      { name: "unembedding.bias", kind: "plain", tensors: ["lm_head.bias"], shape: [vocabulary] },
    ],
  };
}

/**
 * GPT-J turns neighbours (2i, 2i + 1); the graph turns (i, i + n). Queries and keys are reordered alike, so that their
 * products, all that attention sees of them, stay the same.
 */
function pairsApart({ modelDim, headDim, positions }: ModelSpec): (row: number) => number {
  const pairs = positions.kind === "rotary" ? positions.inverseFrequencies.length : 0;
  return (row) => {
    const dim = row % headDim;
    if (row >= 2 * modelDim || dim >= 2 * pairs) return row;
    return row - dim + (dim < pairs ? 2 * dim : 2 * (dim - pairs) + 1);
  };
}
