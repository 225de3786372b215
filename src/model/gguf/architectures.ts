import { Fault } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";
import type { ModelSpec } from "../spec.ts";
import { wrong } from "./metadata.ts";
import type { GgufKeys } from "./metadata.ts";
import { GATED_NAMES, GEMMA_NAMES, GPT2_NAMES, GPT_NEOX_NAMES } from "./tensor-names.ts";
import type { ModuleNames } from "./tensor-names.ts";

/** What the file has of tensors, by llama.cpp's names. */
export interface GgufTensors {
  readonly has: (tensor: string) => boolean;
  /** Undefined if there is none. */
  readonly shapeOf: (tensor: string) => readonly number[] | undefined;
  /** The values of `rope_freqs.weight`: what each pair's inverse frequency is divided by. */
  readonly ropeDivisors?: readonly number[];
}

/** Where the rows of a family's weight stand in the file, if not where the graph has them. */
export type RowOrder = (spec: ModelSpec, weight: string) => ((row: number) => number) | undefined;

/** One architecture of llama.cpp: which family it is, what its keys mean in that family's config, what the converter did to its weights. */
export interface GgufArchitecture {
  readonly names: ModuleNames;
  /** The fields of a config.json, without what all have. */
  readonly config: (keys: GgufKeys, tensors: GgufTensors) => Record<string, unknown>;
  readonly rowOrder: RowOrder;
}

const AS_IN_GRAPH: RowOrder = () => undefined;

/** Each an entry of llama.cpp's own table, with what `convert_hf_to_gguf.py` makes of the checkpoint. */
const ARCHITECTURES: Readonly<Record<string, GgufArchitecture>> = {
  llama: {
    names: GATED_NAMES,
    config: (keys, tensors) => ({
      architectures: ["LlamaForCausalLM"],
      model_type: "llama",
      ...gated(keys, tensors),
      attention_bias: tensors.has("blk.0.attn_q.bias"),
      mlp_bias: tensors.has("blk.0.ffn_gate.bias"),
    }),
    rowOrder: pairsBesideEachOther,
  },
  qwen2: {
    names: GATED_NAMES,
    config: (keys, tensors) => ({
      architectures: ["Qwen2ForCausalLM"],
      model_type: "qwen2",
      ...gated(keys, tensors),
    }),
    rowOrder: AS_IN_GRAPH,
  },
  qwen3: {
    names: GATED_NAMES,
    config: (keys, tensors) => ({
      architectures: ["Qwen3ForCausalLM"],
      model_type: "qwen3",
      ...gated(keys, tensors),
      attention_bias: tensors.has("blk.0.attn_q.bias"),
    }),
    rowOrder: AS_IN_GRAPH,
  },
  gemma2: {
    names: GEMMA_NAMES,
    config: (keys, tensors) => ({
      architectures: ["Gemma2ForCausalLM"],
      model_type: "gemma2",
      ...gemma(keys, tensors, LAYERS_OF_27B.gemma2),
      attn_logit_softcapping: keys.number("attn_logit_softcapping", 50),
      final_logit_softcapping: keys.number("final_logit_softcapping", 30),
    }),
    rowOrder: AS_IN_GRAPH,
  },
  gemma3: {
    names: GEMMA_NAMES,
    config: (keys, tensors) => {
      const { rope_parameters: rope, ...fields } = gemma(keys, tensors, LAYERS_OF_27B.gemma3);
      const { rope_theta: theta, ...scaling } = rope as Record<string, unknown>;
      return {
        architectures: ["Gemma3ForCausalLM"],
        model_type: "gemma3_text",
        ...fields,
        rope_theta: theta,
        rope_scaling: scaling,
        rope_local_base_freq: keys.number("rope.freq_base_swa", DEFAULT_THETA),
        final_logit_softcapping: keys.raw("final_logit_softcapping") ?? null,
      };
    },
    rowOrder: AS_IN_GRAPH,
  },
  gpt2: {
    names: GPT2_NAMES,
    config: (keys) => ({
      architectures: ["GPT2LMHeadModel"],
      model_type: "gpt2",
      n_embd: keys.number("embedding_length"),
      n_head: keys.number("attention.head_count"),
      n_layer: keys.number("block_count"),
      n_inner: keys.number("feed_forward_length"),
      n_positions: keys.number("context_length"),
      layer_norm_epsilon: keys.number("attention.layer_norm_epsilon"),
    }),
    rowOrder: AS_IN_GRAPH,
  },
  gptneox: {
    names: GPT_NEOX_NAMES,
    config: (keys) => {
      const modelDim = keys.number("embedding_length");
      const heads = keys.number("attention.head_count");
      return {
        architectures: ["GPTNeoXForCausalLM"],
        model_type: "gpt_neox",
        hidden_size: modelDim,
        num_attention_heads: heads,
        num_hidden_layers: keys.number("block_count"),
        intermediate_size: keys.number("feed_forward_length"),
        max_position_embeddings: keys.number("context_length"),
        layer_norm_eps: keys.number("attention.layer_norm_epsilon"),
        // a share, of which the family takes the whole part: half a dimension more keeps rounding from taking one away
        rotary_pct: (keys.number("rope.dimension_count", modelDim / heads) + 0.5) / (modelDim / heads),
        rotary_emb_base: keys.number("rope.freq_base", DEFAULT_THETA),
        use_parallel_residual: keys.flag("use_parallel_residual", true),
      };
    },
    rowOrder: AS_IN_GRAPH,
  },
};

const DEFAULT_THETA = 10_000;

/** @throws Fault "unknown-architecture" naming it and those that are read */
export function architectureNamed(name: string): GgufArchitecture {
  if (Object.hasOwn(ARCHITECTURES, name)) return ARCHITECTURES[name]!;
  const known = Object.keys(ARCHITECTURES).join(", ");
  const why = WHY_NOT[name] === undefined ? "" : ` (${WHY_NOT[name]})`;
  throw new Fault(
    "unknown-architecture",
    `GGUF: the architecture is ${shownName(name)}${why}; of GGUF this explorer reads ${known}`,
  );
}

const WHY_NOT: Readonly<Record<string, string>> = {
  gptj: "which llama.cpp does not run either, so that no file tells how its weights are meant: open the checkpoint in safetensors",
  llama4: "a mixture of experts",
  deepseek2: "a mixture of experts with compressed keys and values",
  qwen2moe: "a mixture of experts",
  qwen3moe: "a mixture of experts",
  "gpt-oss": "a mixture of experts",
  mamba: "a state space model, without attention",
  mamba2: "a state space model, without attention",
  clip: "the eye of a model that sees, not a language model",
  bert: "an encoder, which predicts no next token",
  "nomic-bert": "an encoder, which predicts no next token",
  t5: "an encoder with a decoder; a decoder alone is needed",
};

/** The fields that families wired like Llama share. */
function gated(keys: GgufKeys, tensors: GgufTensors): Record<string, unknown> {
  const modelDim = keys.number("embedding_length");
  const heads = keys.number("attention.head_count");
  const headDim = keys.number("attention.key_length", modelDim / heads);
  const valueDim = keys.number("attention.value_length", headDim);
  if (valueDim !== headDim) {
    throw wrong(`${keys.architecture}.attention.value_length`, valueDim, `the key_length, ${headDim},`);
  }
  return {
    hidden_size: modelDim,
    num_attention_heads: heads,
    num_key_value_heads: keys.number("attention.head_count_kv", heads),
    head_dim: headDim,
    num_hidden_layers: keys.number("block_count"),
    intermediate_size: keys.number("feed_forward_length"),
    max_position_embeddings: keys.number("context_length"),
    rms_norm_eps: keys.number("attention.layer_norm_rms_epsilon"),
    ...rotation(keys, headDim, tensors.ropeDivisors),
  };
}

/** The largest of each divides scores by another number than the rest, and its number of layers alone tells. */
const LAYERS_OF_27B = { gemma2: 46, gemma3: 62 };

/** The pattern of windows is the family's own, and the same as llama.cpp's. */
function gemma(keys: GgufKeys, tensors: GgufTensors, layersOf27b: number): Record<string, unknown> {
  const fields = gated(keys, tensors);
  const isOwnScale = keys.number("block_count") === layersOf27b;
  return {
    ...fields,
    hidden_activation: "gelu_pytorch_tanh",
    query_pre_attn_scalar: isOwnScale
      ? keys.number("embedding_length") / keys.number("attention.head_count")
      : fields["head_dim"],
    sliding_window: keys.number("attention.sliding_window"),
  };
}

/** Rotation as llama.cpp does it: a base, a factor if it is linear, and divisors if the file has them. */
function rotation(keys: GgufKeys, headDim: number, divisors: readonly number[] | undefined): Record<string, unknown> {
  const dims = keys.number("rope.dimension_count", headDim);
  const kind = keys.raw("rope.scaling.type") ?? "linear";
  const factor = keys.number("rope.scaling.factor", keys.number("rope.scale_linear", 1));
  if (kind !== "none" && kind !== "linear") {
    throw new Fault(
      "bad-config",
      `GGUF: ${keys.architecture}.rope.scaling.type is ${shown(kind)}; none and linear can be computed`,
    );
  }
  const isStretched = kind === "linear" && factor !== 0 && factor !== 1;
  return {
    rope_parameters: {
      rope_theta: keys.number("rope.freq_base", DEFAULT_THETA),
      ...(dims !== headDim && { partial_rotary_factor: dims / headDim }),
      ...(divisors
        ? { rope_type: "divided", divisors: divisors.map((each) => (isStretched ? each * factor : each)) }
        : isStretched
          ? { rope_type: "linear", factor }
          : { rope_type: "default" }),
    },
  };
}

/**
 * llama.cpp turns neighbours, transformers the halves of a head: the converter puts row i of a head's first half beside row i of
 * its second, of queries and keys, weights and biases. Rows stay whole.
 */
function pairsBesideEachOther({ heads, kvHeads, headDim }: ModelSpec, weight: string) {
  if (weight !== "qkv" && weight !== "qkv.bias") return undefined;
  const turned = (heads + kvHeads) * headDim;
  const half = headDim / 2;
  return (row: number) => {
    if (row >= turned) return row;
    const inHead = row % headDim;
    return row - inHead + 2 * (inHead % half) + Math.floor(inHead / half);
  };
}
