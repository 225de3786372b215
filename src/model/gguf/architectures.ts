import { Fault } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";
import type { ModelSpec } from "../spec.ts";
import { LAYERS_OF_27B, biases, gated, gatedShape, gemma, windows } from "./gated-fields.ts";
import { wrong } from "./metadata.ts";
import type { GgufKeys, GgufTensors, RopeTensor } from "./metadata.ts";
import { DEFAULT_THETA, baseOf, longRotation, refuseBaseOfWindows, rotation } from "./rotation.ts";
import { FUSED_NAMES, GATED_NAMES, GPT2_NAMES, GPT_NEOX_NAMES, POST_NORM_NAMES } from "./tensor-names.ts";
import type { ModuleNames } from "./tensor-names.ts";

/** Where the rows of a family's weight stand in the file, if not where the graph has them. */
export type RowOrder = (spec: ModelSpec, weight: string) => ((row: number) => number) | undefined;

/** One architecture of llama.cpp: which family it is, what its keys mean in that family's config, what the converter did to its weights. */
export interface GgufArchitecture {
  readonly names: ModuleNames;
  /** The fields of a config.json, without what all have. */
  readonly config: (keys: GgufKeys, tensors: GgufTensors) => Record<string, unknown>;
  readonly rowOrder: RowOrder;
  /** Tensors that the rotation is made of; left out: `rope_freqs.weight`, where the file has it. */
  readonly ropeTensors?: readonly RopeTensor[];
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
      ...biases(tensors),
    }),
    rowOrder: pairsBesideEachOther,
  },
  granite: {
    names: GATED_NAMES,
    config: (keys, tensors) => {
      const fields = gated(keys, tensors);
      if (!keys.flag("rope.scaling.finetuned", true)) {
        throw wrong("granite.rope.scaling.finetuned", false, "true, which is a rotation in every layer,");
      }
      return {
        architectures: ["GraniteForCausalLM"],
        model_type: "granite",
        ...fields,
        ...biases(tensors),
        // to llama.cpp 0 is what is not scaled, of scores as elsewhere
        embedding_multiplier: keys.number("embedding_scale", 0) || 1,
        residual_multiplier: keys.number("residual_scale", 0) || 1,
        attention_multiplier: keys.number("attention.scale", 0) || 1 / Math.sqrt(fields.head_dim),
        logits_scaling: keys.number("logit_scale"),
      };
    },
    rowOrder: pairsBesideEachOther,
  },
  smollm3: {
    names: GATED_NAMES,
    config: (keys, tensors) => ({
      architectures: ["SmolLM3ForCausalLM"],
      model_type: "smollm3",
      ...gated(keys, tensors),
      ...biases(tensors),
      no_rope_layer_interval: 4,
    }),
    rowOrder: pairsBesideEachOther,
  },
  olmo2: {
    names: POST_NORM_NAMES,
    config: (keys, tensors) => {
      const { rope_parameters: rope, ...fields } = gated(keys, tensors);
      const isOlmo3 = keys.number("attention.sliding_window", 0) > 0;
      return isOlmo3
        ? { architectures: ["Olmo3ForCausalLM"], model_type: "olmo3", ...fields, ...olmo3(keys, rope) }
        : { architectures: ["Olmo2ForCausalLM"], model_type: "olmo2", ...fields, rope_parameters: rope };
    },
    rowOrder: AS_IN_GRAPH,
  },
  phi3: {
    names: FUSED_NAMES,
    config: (keys, tensors) => {
      const fields = gatedShape(keys);
      const turned = keys.number("rope.dimension_count", fields.head_dim);
      const window = keys.number("attention.sliding_window", 0);
      return {
        architectures: ["Phi3ForCausalLM"],
        model_type: "phi3",
        ...fields,
        rope_parameters: longRotation(keys, tensors),
        partial_rotary_factor: shareOf(turned, fields.head_dim),
        // 0 says that there is none
        ...(window > 0 && { sliding_window: window }),
      };
    },
    rowOrder: AS_IN_GRAPH,
    ropeTensors: ["rope_factors_short.weight", "rope_factors_long.weight"],
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
    names: POST_NORM_NAMES,
    config: (keys, tensors) => {
      const fields = gemma(keys, tensors, LAYERS_OF_27B.gemma2);
      refuseBaseOfWindows(keys);
      return {
        architectures: ["Gemma2ForCausalLM"],
        model_type: "gemma2",
        ...fields,
        ...windows(keys, 2),
        attn_logit_softcapping: keys.number("attn_logit_softcapping", 50),
        final_logit_softcapping: keys.number("final_logit_softcapping", 30),
      };
    },
    rowOrder: AS_IN_GRAPH,
  },
  gemma3: {
    names: POST_NORM_NAMES,
    config: (keys, tensors) => {
      const { rope_parameters: rope, ...fields } = gemma(keys, tensors, LAYERS_OF_27B.gemma3);
      const { rope_theta: theta, ...scaling } = rope as Record<string, unknown>;
      return {
        architectures: ["Gemma3ForCausalLM"],
        model_type: "gemma3_text",
        ...fields,
        ...windows(keys),
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
    ropeTensors: [],
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
        rotary_pct: shareOf(keys.number("rope.dimension_count", modelDim / heads), modelDim / heads),
        rope_parameters: rotation(keys),
        use_parallel_residual: keys.flag("use_parallel_residual", true),
      };
    },
    rowOrder: AS_IN_GRAPH,
    ropeTensors: [],
  },
};

/** A share of which a family takes the whole part: half a dimension more, if not all are turned, keeps rounding from taking one away. */
const shareOf = (turned: number, headDim: number) => (turned === headDim ? 1 : (turned + 0.5) / headDim);

/** What OLMo 3 has beyond OLMo 2: windows, in which the rotation is plain, whatever it is elsewhere. */
function olmo3(keys: GgufKeys, rope: unknown): Record<string, unknown> {
  refuseBaseOfWindows(keys);
  return {
    sliding_window: keys.number("attention.sliding_window"),
    ...windows(keys, 4),
    rope_parameters: { full_attention: rope, sliding_attention: { rope_type: "default", rope_theta: baseOf(keys) } },
  };
}

/** @throws Fault "unknown-architecture" naming it and those that are read */
export function architectureNamed(name: string): GgufArchitecture {
  if (Object.hasOwn(ARCHITECTURES, name)) return ARCHITECTURES[name]!;
  const known = Object.keys(ARCHITECTURES).join(", ");
  const why = Object.hasOwn(WHY_NOT, name) ? ` (${WHY_NOT[name]})` : "";
  throw new Fault(
    "unknown-architecture",
    `GGUF: the architecture is ${shownName(name)}${why}; of GGUF this explorer reads ${known}`,
  );
}

const WHY_NOT: Readonly<Record<string, string>> = {
  gptj: "which llama.cpp does not run either, so that no file tells how its weights are meant: open the checkpoint in safetensors",
  llama4: "a mixture of experts",
  granitemoe: "a mixture of experts",
  granitehybrid: "some of whose layers are no attention",
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
