import { Fault } from "#core/fault.ts";
import type { Config, Family, ModelSpec, WeightPlan, WeightPlans } from "../spec.ts";

/** Pre-norm RMSNorm, rotary attention with shared key and value heads, SiLU-gated FFN, no biases. */
export const llama: Family = {
  name: "llama",
  architectures: ["LlamaForCausalLM"],
  readConfig,
  weights,
};

function readConfig(config: Config): ModelSpec {
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
  refuse(
    config.flag("attention_bias", false) || config.flag("mlp_bias", false),
    "attention_bias and mlp_bias are not supported",
  );
  const activation = config.raw("hidden_act") ?? "silu";
  refuse(activation !== "silu", `hidden_act is ${JSON.stringify(activation)}; silu is needed`);
  return {
    family: "llama",
    layers: config.count("num_hidden_layers"),
    heads,
    kvHeads,
    headDim,
    modelDim,
    neurons: config.count("intermediate_size"),
    vocabulary: config.count("vocab_size"),
    context: config.count("max_position_embeddings"),
    normEps: config.positive("rms_norm_eps", 1e-6),
    rope: { theta: ropeTheta(config), dims: headDim },
    tied: config.flag("tie_word_embeddings", false),
  };
}

/** Older configs have `rope_theta` and `rope_scaling`, newer ones both in `rope_parameters`. */
function ropeTheta(config: Config): number {
  const nested = (config.raw("rope_parameters") ?? config.raw("rope_scaling") ?? {}) as Record<string, unknown>;
  const kind = nested["rope_type"] ?? nested["type"] ?? "default";
  refuse(kind !== "default", `rotary embeddings are scaled (${JSON.stringify(nested)}); plain ones are needed`);
  const theta = nested["rope_theta"] ?? undefined;
  if (theta === undefined) return config.positive("rope_theta", 10_000);
  const isUsable = typeof theta === "number" && Number.isFinite(theta) && theta > 0;
  refuse(!isUsable, `rope_theta is ${JSON.stringify(theta)}; a number above 0 is needed`);
  return theta as number;
}

function refuse(wrong: boolean, found: string): void {
  if (wrong) throw new Fault("bad-config", `config.json: ${found}`);
}

function weights(spec: ModelSpec, has: (tensor: string) => boolean): WeightPlans {
  const prefix = has("model.embed_tokens.weight") ? "model." : "";
  const { modelDim, heads, kvHeads, headDim, neurons, vocabulary } = spec;
  const table = `${prefix}embed_tokens.weight`;
  const linear = (name: string, tensors: string[], shape: number[]): WeightPlan => ({
    name,
    kind: "linear",
    tensors,
    shape,
  });
  const gain = (name: string, tensor: string): WeightPlan => ({
    name,
    kind: "plain",
    tensors: [tensor],
    shape: [modelDim],
  });
  return {
    embed: [{ name: "embedding", kind: "plain", tensors: [table], shape: [vocabulary, modelDim] }],
    block: (layer) => {
      const at = `${prefix}layers.${layer}.`;
      return [
        gain("attn_norm", `${at}input_layernorm.weight`),
        linear(
          "qkv",
          ["q", "k", "v"].map((part) => `${at}self_attn.${part}_proj.weight`),
          [(heads + 2 * kvHeads) * headDim, modelDim],
        ),
        linear("attn_out", [`${at}self_attn.o_proj.weight`], [modelDim, heads * headDim]),
        gain("mlp_norm", `${at}post_attention_layernorm.weight`),
        linear("gate_up", [`${at}mlp.gate_proj.weight`, `${at}mlp.up_proj.weight`], [2 * neurons, modelDim]),
        linear("down", [`${at}mlp.down_proj.weight`], [modelDim, neurons]),
      ];
    },
    unembed: [
      gain("final_norm", `${prefix}norm.weight`),
      linear("unembedding", [spec.tied ? table : "lm_head.weight"], [vocabulary, modelDim]),
    ],
  };
}
