import { wrong } from "./metadata.ts";
import { rotation } from "./rotation.ts";
import type { GgufKeys, GgufTensors } from "./metadata.ts";

/** Fields of a config.json, with the one that others follow from. */
interface GatedFields extends Readonly<Record<string, unknown>> {
  readonly head_dim: number;
}

/** The fields that families wired like Llama share, whose heads are turned whole. */
export function gated(keys: GgufKeys, tensors: GgufTensors, hasYarn = true): GatedFields {
  const fields = gatedShape(keys);
  const turned = keys.number("rope.dimension_count", fields.head_dim);
  if (turned !== fields.head_dim) {
    throw wrong(`${keys.architecture}.rope.dimension_count`, turned, `the whole head, ${fields.head_dim},`);
  }
  const divisors = tensors.ropeDivisors["rope_freqs.weight"];
  return { ...fields, rope_parameters: rotation(keys, { divisors, hasYarn }) };
}

/** The fields of a gated family's config without those of the rotation. */
export function gatedShape(keys: GgufKeys): GatedFields {
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
  };
}

/** Biases are in all layers or in none, whatever the keys say, as llama.cpp has it. */
export const biases = ({ has }: GgufTensors) => ({
  attention_bias: has("blk.0.attn_q.bias"),
  mlp_bias: has("blk.0.ffn_gate.bias"),
});

/** The largest Gemma of each kind divides scores by another number than the rest, and its number of layers alone tells. */
export const LAYERS_OF_27B = { gemma2: 46, gemma3: 62 };

/** The fields of both Gemmas, but for which layers see a window only. */
export function gemma(keys: GgufKeys, tensors: GgufTensors, layersOf27b: number): Record<string, unknown> {
  const fields = gated(keys, tensors, false);
  const isOwnScale = keys.number("block_count") === layersOf27b;
  return {
    ...fields,
    hidden_activation: "gelu_pytorch_tanh",
    query_pre_attn_scalar: isOwnScale
      ? keys.number("embedding_length") / keys.number("attention.head_count")
      : fields.head_dim,
    sliding_window: keys.number("attention.sliding_window"),
  };
}

/**
 * The fields for layers that see a window only, where the file names them: of so many all but the last, or each by itself. Where it says nothing
 * the pattern is the family's own, and llama.cpp's is the same.
 *
 * @param only of how many, in a family whose config cannot say another number
 */
export function windows(keys: GgufKeys, only?: number): Record<string, unknown> {
  const key = "attention.sliding_window_pattern";
  const pattern = keys.raw(key);
  if (pattern === undefined) return {};
  if (!Array.isArray(pattern)) {
    const every = keys.number(key);
    if (only === undefined) return { sliding_window_pattern: every };
    if (every !== only) throw wrong(`${keys.architecture}.${key}`, every, String(only));
    return {};
  }
  const kinds = pattern.map((isWindowed: unknown) => {
    if (typeof isWindowed === "boolean") return isWindowed ? "sliding_attention" : "full_attention";
    throw wrong(`${keys.architecture}.${key}`, pattern, "true or false for each layer");
  });
  return { layer_types: kinds };
}
