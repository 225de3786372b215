import { refuse } from "../config.ts";
import { rotaryPositions } from "../rope.ts";
import type { Config, Family, ModelSpec, WeightPlan, WeightPlans } from "../spec.ts";

/** Pre-norm RMSNorm, rotary attention with shared key and value heads, SiLU-gated FFN; biases only where the config has them. */
export const llama: Family = {
  name: "llama",
  architectures: ["LlamaForCausalLM"],
  readConfig: (config) => gatedSpec("llama", config),
  weights: (spec, has) => gatedWeights(spec, has, {}),
};

/**
 * The spec of a model that is wired like Llama, as its field names are shared by several families.
 *
 * @throws Fault "bad-config" naming the field
 */
export function gatedSpec(family: string, config: Config): ModelSpec {
  const modelDim = config.count("hidden_size");
  const heads = config.count("num_attention_heads");
  const kvHeads = config.count("num_key_value_heads", heads);
  refuse(
    config.raw("head_dim") === undefined && modelDim % heads !== 0,
    `num_attention_heads ${heads} does not divide hidden_size ${modelDim}; where it does not, head_dim is needed`,
  );
  const headDim = config.count("head_dim", modelDim / heads);
  refuse(heads % kvHeads !== 0, `num_key_value_heads ${kvHeads} does not divide num_attention_heads ${heads}`);
  refuse(headDim % 2 !== 0, `head_dim ${headDim} is odd; rotary embeddings turn pairs`);
  const activation = config.raw("hidden_act") ?? "silu";
  refuse(activation !== "silu", `hidden_act is ${JSON.stringify(activation)}; silu is needed`);
  return {
    family,
    layers: config.count("num_hidden_layers"),
    heads,
    kvHeads,
    headDim,
    modelDim,
    neurons: config.count("intermediate_size"),
    vocabulary: config.count("vocab_size"),
    context: config.count("max_position_embeddings"),
    norm: "rms",
    normEps: config.positive("rms_norm_eps", 1e-6),
    positions: rotaryPositions(config, headDim),
    block: "sequential",
    activation: "silu-gated",
    tied: config.flag("tie_word_embeddings", false),
  };
}

/** What a family has beyond Llama's weights. */
interface Extras {
  /** RMSNorm gains over each head's queries and keys. */
  readonly qkNorm?: boolean;
}

/** Llama's tensors; a bias is taken where the file has one. */
export function gatedWeights(
  spec: ModelSpec,
  has: (tensor: string) => boolean,
  { qkNorm = false }: Extras,
): WeightPlans {
  const prefix = has("model.embed_tokens.weight") ? "model." : "";
  const { modelDim, heads, kvHeads, headDim, neurons, vocabulary } = spec;
  const table = `${prefix}embed_tokens.weight`;
  const gain = (name: string, tensor: string, size = modelDim): WeightPlan => ({
    name,
    kind: "plain",
    tensors: [tensor],
    shape: [size],
  });
  const linear = (name: string, modules: readonly string[], shape: [number, number]): WeightPlan[] => [
    { name, kind: "linear", tensors: modules.map((module) => `${module}.weight`), shape },
    ...(modules.every((module) => has(`${module}.bias`))
      ? [
          {
            name: `${name}.bias`,
            kind: "plain",
            tensors: modules.map((module) => `${module}.bias`),
            shape: [shape[0]],
          } as const,
        ]
      : []),
  ];
  return {
    embed: [{ name: "embedding", kind: "table", tensors: [table], shape: [vocabulary, modelDim] }],
    block: (layer) => {
      const at = `${prefix}layers.${layer}.`;
      const attention = (part: string) => `${at}self_attn.${part}`;
      return [
        gain("attn_norm", `${at}input_layernorm.weight`),
        ...linear("qkv", ["q_proj", "k_proj", "v_proj"].map(attention), [(heads + 2 * kvHeads) * headDim, modelDim]),
        ...(qkNorm
          ? [gain("q_norm", attention("q_norm.weight"), headDim), gain("k_norm", attention("k_norm.weight"), headDim)]
          : []),
        ...linear("attn_out", [attention("o_proj")], [modelDim, heads * headDim]),
        gain("mlp_norm", `${at}post_attention_layernorm.weight`),
        ...linear("mlp_in", [`${at}mlp.gate_proj`, `${at}mlp.up_proj`], [2 * neurons, modelDim]),
        ...linear("down", [`${at}mlp.down_proj`], [modelDim, neurons]),
      ];
    },
    unembed: [
      gain("final_norm", `${prefix}norm.weight`),
      {
        name: "unembedding",
        kind: "linear",
        tensors: [spec.tied ? table : "lm_head.weight"],
        shape: [vocabulary, modelDim],
      },
    ],
  };
}
