import { shown } from "#core/shown.ts";
import { refuse } from "../config.ts";
import { ropeFields, rotaryPositions } from "../rope.ts";
import { hasPostNorm, hasPreNorm } from "../spec.ts";
import { unembedding } from "./plans.ts";
import type { Config, Family, ModelSpec, Positions, WeightPlan, WeightPlans } from "../spec.ts";

/** Pre-norm RMSNorm, rotary attention with shared key and value heads, SiLU-gated FFN; biases only where the config asks for them. */
export const llama: Family = {
  name: "llama",
  architectures: ["LlamaForCausalLM"],
  readConfig: (config) =>
    gatedSpec("llama", config, {
      biased: [
        ...(config.flag("attention_bias", false) ? (["qkv", "attn_out"] as const) : []),
        ...(config.flag("mlp_bias", false) ? (["ffn"] as const) : []),
      ],
    }),
  weights: gatedWeights,
};

/** Where families that are wired like Llama differ in what they take a missing field for; as transformers has it. */
interface GatedDefaults {
  readonly biased?: NonNullable<ModelSpec["biased"]>;
  /** Where `num_key_value_heads` is missing; null always means as many as there are heads. */
  readonly kvHeads?: number;
  /** Where `head_dim` is missing or null. */
  readonly headDim?: number;
  readonly normEps?: number;
  readonly tied?: boolean;
  readonly context?: number;
  /** Where the rotation is not read as Llama's. */
  readonly positions?: (headDim: number) => Positions;
  /** Where the activation is not read from `hidden_act`. */
  readonly activation?: ModelSpec["activation"];
}

/**
 * The spec of a model that is wired like Llama, as its field names are shared by several families.
 *
 * @throws Fault "bad-config" naming the field
 */
export function gatedSpec(family: string, config: Config, defaults: GatedDefaults = {}): ModelSpec {
  const modelDim = config.count("hidden_size");
  const heads = config.count("num_attention_heads");
  const kvHeads = config.count(
    "num_key_value_heads",
    config.has("num_key_value_heads") ? heads : (defaults.kvHeads ?? heads),
  );
  refuse(
    config.raw("head_dim") === undefined && defaults.headDim === undefined && modelDim % heads !== 0,
    `num_attention_heads ${heads} does not divide hidden_size ${modelDim}; where it does not, head_dim is needed`,
  );
  const headDim = config.count("head_dim", defaults.headDim ?? modelDim / heads);
  refuse(heads % kvHeads !== 0, `num_key_value_heads ${kvHeads} does not divide num_attention_heads ${heads}`);
  refuse(headDim % 2 !== 0, `head_dim ${headDim} is odd; rotary embeddings turn pairs`);
  const { activation = silu(config), positions = wholeHeads(config) } = defaults;
  const { biased = [] } = defaults;
  return {
    family,
    layers: config.count("num_hidden_layers"),
    heads,
    kvHeads,
    headDim,
    modelDim,
    neurons: config.count("intermediate_size"),
    vocabulary: config.count("vocab_size"),
    context: config.count("max_position_embeddings", defaults.context),
    norm: "rms",
    normEps: config.positive("rms_norm_eps", defaults.normEps ?? 1e-6),
    positions: positions(headDim),
    block: "sequential",
    activation,
    tied: config.flag("tie_word_embeddings", defaults.tied ?? false),
    ...(biased.length > 0 && { biased }),
  };
}

function silu(config: Config): "silu-gated" {
  const activation = config.raw("hidden_act") ?? "silu";
  refuse(activation !== "silu", `hidden_act is ${shown(activation)}; silu is needed`);
  return "silu-gated";
}

const wholeHeads = (config: Config) => (headDim: number) => {
  const share = ropeFields(config).partial_rotary_factor ?? config.raw("partial_rotary_factor") ?? 1;
  refuse(share !== 1, `partial_rotary_factor is ${shown(share)}; 1 is needed, as whole heads are turned`);
  return rotaryPositions(config, headDim);
};

/** How a family stores Llama's weights. */
interface Stored {
  /** What every gain is stored less of. */
  readonly plus?: number;
  /** Queries, keys and values in one tensor, gates and ups in another: its rows are the graph's. */
  readonly isFused?: boolean;
}

/**
 * Llama's tensors, and those of what the spec has beyond Llama: gains of queries and keys, norms behind attention and FFN. Biases are
 * those that the spec says, whatever else the file has, as in transformers.
 */
export function gatedWeights(
  spec: ModelSpec,
  has: (tensor: string) => boolean,
  { plus, isFused = false }: Stored = {},
): WeightPlans {
  const prefix = has("model.embed_tokens.weight") ? "model." : "";
  const { modelDim, heads, kvHeads, headDim, neurons, vocabulary } = spec;
  const table = `${prefix}embed_tokens.weight`;
  const gain = (name: string, tensor: string, size = modelDim): WeightPlan => ({
    name,
    kind: "plain",
    tensors: [tensor],
    shape: [size],
    ...(plus !== undefined && { plus }),
  });
  const norms = normNames(spec);
  const isWhole = spec.qkNorm === "full";
  const linear = (
    name: string,
    modules: readonly string[],
    shape: [number, number],
    part: NonNullable<ModelSpec["biased"]>[number],
  ): WeightPlan[] => [
    { name, kind: "linear", tensors: modules.map((module) => `${module}.weight`), shape },
    ...(spec.biased?.includes(part)
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
      const normOf = (name: keyof typeof norms) =>
        norms[name] === undefined ? [] : [gain(name, `${at}${norms[name]}.weight`)];
      return [
        ...normOf("attn_norm"),
        ...linear(
          "qkv",
          (isFused ? ["qkv_proj"] : ["q_proj", "k_proj", "v_proj"]).map(attention),
          [(heads + 2 * kvHeads) * headDim, modelDim],
          "qkv",
        ),
        ...(spec.qkNorm
          ? [
              gain("q_norm", attention("q_norm.weight"), isWhole ? heads * headDim : headDim),
              gain("k_norm", attention("k_norm.weight"), isWhole ? kvHeads * headDim : headDim),
            ]
          : []),
        ...linear("attn_out", [attention("o_proj")], [modelDim, heads * headDim], "attn_out"),
        ...normOf("attn_post_norm"),
        ...normOf("mlp_norm"),
        ...linear(
          "mlp_in",
          (isFused ? ["gate_up_proj"] : ["gate_proj", "up_proj"]).map((part) => `${at}mlp.${part}`),
          [2 * neurons, modelDim],
          "ffn",
        ),
        ...linear("down", [`${at}mlp.down_proj`], [modelDim, neurons], "ffn"),
        ...normOf("mlp_post_norm"),
      ];
    },
    unembed: [gain("final_norm", `${prefix}norm.weight`), unembedding(spec, table)],
  };
}

/** A layer's norms by the names of their modules: `post_attention_layernorm` is before the FFN in Llama, behind attention elsewhere. */
function normNames(spec: ModelSpec) {
  const isBehind = hasPostNorm(spec);
  return {
    attn_norm: hasPreNorm(spec) ? "input_layernorm" : undefined,
    attn_post_norm: isBehind ? "post_attention_layernorm" : undefined,
    mlp_norm: hasPreNorm(spec) ? (isBehind ? "pre_feedforward_layernorm" : "post_attention_layernorm") : undefined,
    mlp_post_norm: isBehind ? "post_feedforward_layernorm" : undefined,
  };
}
