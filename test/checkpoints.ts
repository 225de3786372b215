import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  gemma2,
  gemma3,
  granite,
  llama,
  mistral,
  olmo2,
  olmo3,
  phi3,
  qwen2,
  qwen3,
  smollm3,
} from "./random/gated-decoder.ts";
import { gpt2, gptj, gptNeox, opt } from "./random/gpt.ts";
import { drawFrom } from "./random/shape.ts";
import type { FamilyName, NamedTensor, RandomCheckpoint, RandomFamily, StoredDtype } from "./random/shape.ts";

export type { FamilyName, NamedTensor, RandomCheckpoint, StoredDtype };

/** A checkpoint folder: what is in each file, by its name. */
export type CheckpointFiles = Map<string, Uint8Array>;

/**
 * Awkward on purpose: two query heads to a key head, a residual that is neither `heads * headDim` wide nor a multiple
 * of 32, a prime vocabulary.
 */
export const SMALL_GQA: RandomCheckpoint = {
  family: "llama",
  seed: 1,
  layers: 3,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  modelDim: 40,
  neurons: 56,
  vocabulary: 97,
  context: 32,
  ropeTheta: 10_000,
  epsilon: 1e-5,
  tied: false,
  dtype: "F32",
  shards: 1,
  prefixed: true,
  buffers: false,
  parallel: true,
  rotaryShare: 0.3,
  rotaryDims: 6,
  ropeParameters: false,
  allBiases: false,
  ropeScaling: undefined,
  slidingWindow: null,
  fields: {},
};

/** Three heads of 14 dimensions, as wide as the residual together: the older families cannot have it otherwise. */
const SMALL_GPT = { heads: 3, kvHeads: 3, headDim: 14, modelDim: 42, layers: 2 } as const;

/** How each family's small model differs from `SMALL_GQA`. */
const SMALL: Record<FamilyName, Partial<RandomCheckpoint>> = {
  llama: {},
  mistral: { seed: 11, ropeTheta: 1e6 },
  // no head_dim in the config: the heads together are as wide as the residual
  qwen2: { seed: 12, heads: 6, headDim: 6, modelDim: 36, ropeTheta: 1e6, epsilon: 1e-6 },
  qwen3: { seed: 13, ropeTheta: 1e6, epsilon: 1e-6, tied: true },
  gpt2: { ...SMALL_GPT, seed: 14, neurons: 4 * SMALL_GPT.modelDim, tied: true },
  gpt_neox: { ...SMALL_GPT, seed: 15, neurons: 58 },
  gptj: { ...SMALL_GPT, seed: 16, neurons: 58 },
  gemma2: { seed: 41, epsilon: 1e-6, tied: true, slidingWindow: 3 },
  olmo2: { seed: 45, headDim: 10 },
  olmo3: { seed: 46, headDim: 10, slidingWindow: 3, ropeTheta: 5e5 },
  granite: { seed: 47, headDim: 10, tied: true },
  smollm3: { seed: 48, headDim: 10, epsilon: 1e-6, tied: true },
  opt: { ...SMALL_GPT, seed: 49, neurons: 58, tied: true },
  phi3: { seed: 50, headDim: 10 },
  gemma3_text: { seed: 42, epsilon: 1e-6, tied: true, slidingWindow: 3, ropeTheta: 1e5 },
};

/** Llama 3's scaling with an original context in which the four pairs of 8 dimensions see all three of its ways. */
export const LLAMA3_SCALING = {
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 128,
  rope_type: "llama3",
} as const;

/** Phi-4-mini's, of heads of 10 dimensions of which 8 turn. */
export const LONGROPE = {
  partial_rotary_factor: 0.8,
  rope_scaling: { type: "longrope", short_factor: [1, 1.1, 1.3, 1.6], long_factor: [1, 1.5, 3, 7] },
} as const;

/** A model for each thing that a family can be: what its small one has, and then the ways to differ from that. */
export const FAMILY_VARIANTS: readonly { readonly name: string; readonly changes: Partial<RandomCheckpoint> }[] = [
  { name: "llama", changes: {} },
  {
    name: "llama, Llama 3's rotation",
    changes: { ropeScaling: LLAMA3_SCALING, context: 256, ropeTheta: 5e3, seed: 21 },
  },
  {
    name: "llama, tied, Llama 3's rotation in rope_parameters",
    changes: { ropeScaling: LLAMA3_SCALING, context: 256, ropeParameters: true, tied: true, seed: 22 },
  },
  { name: "llama, tied, names without a prefix", changes: { tied: true, prefixed: false, seed: 23 } },
  { name: "mistral, no window", changes: { family: "mistral" } },
  { name: "mistral, a window as long as the prompt", changes: { family: "mistral", slidingWindow: 7, seed: 24 } },
  { name: "qwen2", changes: { family: "qwen2" } },
  { name: "qwen2, tied", changes: { family: "qwen2", tied: true, seed: 25 } },
  { name: "qwen3, tied", changes: { family: "qwen3" } },
  { name: "qwen3, untied, rope_parameters", changes: { family: "qwen3", tied: false, ropeParameters: true, seed: 26 } },
  { name: "gpt2", changes: { family: "gpt2" } },
  {
    name: "gpt2, names without a prefix, with masks",
    changes: { family: "gpt2", prefixed: false, buffers: true, neurons: 58, seed: 27 },
  },
  { name: "gpt_neox", changes: { family: "gpt_neox" } },
  {
    name: "gpt_neox, sequential, with masks",
    changes: { family: "gpt_neox", parallel: false, buffers: true, seed: 28 },
  },
  {
    name: "gpt_neox, rope_parameters, another base",
    changes: { family: "gpt_neox", ropeParameters: true, ropeTheta: 5e3, rotaryShare: 0.6, seed: 29 },
  },
  { name: "gptj", changes: { family: "gptj" } },
  {
    name: "gptj, four neurons a dimension, with masks",
    changes: { family: "gptj", neurons: 168, buffers: true, rotaryDims: 14, seed: 30 },
  },
  {
    name: "llama, linear rotation, biases everywhere",
    changes: { ropeScaling: { rope_type: "linear", factor: 4 }, allBiases: true, seed: 31 },
  },
  { name: "mistral, a window shorter than the prompt", changes: { family: "mistral", slidingWindow: 3, seed: 33 } },
  { name: "qwen2, a window in some layers", changes: { family: "qwen2", slidingWindow: 3, seed: 34 } },
  {
    name: "llama, YaRN",
    changes: {
      ropeScaling: { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32, beta_fast: 4 },
      context: 128,
      seed: 35,
    },
  },
  { name: "olmo2", changes: { family: "olmo2" } },
  {
    name: "olmo3, YaRN where layers see everything",
    changes: {
      family: "olmo3",
      layers: 4,
      context: 128,
      ropeScaling: { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32, beta_fast: 4 },
    },
  },
  { name: "granite", changes: { family: "granite" } },
  { name: "smollm3", changes: { family: "smollm3" } },
  {
    name: "smollm3, untied, layers without positions in a list",
    changes: { family: "smollm3", tied: false, seed: 51, fields: { no_rope_layers: [0, 1, 1] } },
  },
  { name: "opt", changes: { family: "opt" } },
  { name: "phi3, a window", changes: { family: "phi3", slidingWindow: 4, fields: { sliding_window: 4 } } },
  {
    name: "phi3, tied, a part of each head turned, within longrope's original context",
    changes: {
      family: "phi3",
      tied: true,
      seed: 52,
      context: 64,
      fields: { ...LONGROPE, original_max_position_embeddings: 16 },
    },
  },
  {
    name: "phi3, a part of each head turned, beyond longrope's original context",
    changes: { family: "phi3", seed: 53, context: 8, fields: { ...LONGROPE, original_max_position_embeddings: 2 } },
  },
  { name: "gemma2", changes: { family: "gemma2" } },
  {
    name: "gemma2, no caps, kinds of layers in a list",
    changes: {
      family: "gemma2",
      seed: 43,
      fields: {
        attn_logit_softcapping: null,
        final_logit_softcapping: null,
        layer_types: ["full_attention", "full_attention", "sliding_attention"],
      },
    },
  },
  { name: "gemma3_text", changes: { family: "gemma3_text" } },
  {
    name: "gemma3_text, a rotation for each kind of layer, logits capped",
    changes: {
      family: "gemma3_text",
      seed: 44,
      fields: {
        final_logit_softcapping: 4.5,
        rope_parameters: {
          full_attention: { rope_type: "linear", factor: 8, rope_theta: 1e5 },
          sliding_attention: { rope_type: "default", rope_theta: 1e3 },
        },
      },
    },
  },
];

/** What a random checkpoint is made of, when only what differs from its family's small model is said. */
export const shapeOf = (changes: Partial<RandomCheckpoint>): RandomCheckpoint => ({
  ...SMALL_GQA,
  ...SMALL[changes.family ?? "llama"],
  ...changes,
});

const FAMILIES: Record<FamilyName, RandomFamily> = {
  llama,
  mistral,
  qwen2,
  qwen3,
  gpt2,
  gpt_neox: gptNeox,
  gptj,
  gemma2,
  gemma3_text: gemma3,
  olmo2,
  olmo3,
  granite,
  smollm3,
  opt,
  phi3,
};

/** The bundled model's files, as they are served. */
export function abacusFiles(): CheckpointFiles {
  return readFolder(join(import.meta.dirname, "..", "public", "models", "abacus"));
}

/** Every file of a folder, without its sub-folders. */
export function readFolder(folder: string): CheckpointFiles {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(entries.map(({ name }) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
}

/**
 * A checkpoint of random weights, of Llama if no family is named, the same for the same seed. Matrices are normal with a spread that keeps
 * activations near 1, so that every head and neuron has an effect that float32 can see; gains are near 1.
 */
export function randomCheckpoint(changes: Partial<RandomCheckpoint> = {}): CheckpointFiles {
  const shape = shapeOf(changes);
  const files: CheckpointFiles = new Map();
  files.set("config.json", jsonBytes(configOf(shape)));
  files.set("tokenizer.json", jsonBytes(tokenizerOf(shape.vocabulary)));
  files.set("tokenizer_config.json", jsonBytes({ tokenizer_class: "PreTrainedTokenizerFast", bos_token: "<s>" }));
  const tensors = randomTensors(shape);
  if (shape.shards === 1) {
    files.set("model.safetensors", safetensors(tensors, shape.dtype));
    return files;
  }
  const weightMap: Record<string, string> = {};
  const perShard = Math.ceil(tensors.length / shape.shards);
  for (let shard = 0; shard < shape.shards; shard++) {
    const name = `model-${fiveDigits(shard + 1)}-of-${fiveDigits(shape.shards)}.safetensors`;
    const part = tensors.slice(shard * perShard, (shard + 1) * perShard);
    files.set(name, safetensors(part, shape.dtype));
    for (const tensor of part) weightMap[tensor.name] = name;
  }
  const values = tensors.reduce((sum, { data }) => sum + data.length, 0);
  const index = { metadata: { total_size: values * BYTES_PER_VALUE[shape.dtype] }, weight_map: weightMap };
  files.set("model.safetensors.index.json", jsonBytes(index));
  return files;
}

const BYTES_PER_VALUE = { F32: 4, F16: 2, BF16: 2 } satisfies Record<StoredDtype, number>;

/**
 * A safetensors file: the header's length as a little-endian u64, the header as JSON, then the data. The header is
 * padded with spaces so that the data starts at a multiple of 8, as the format's own writer does.
 */
export function safetensors(tensors: readonly NamedTensor[], dtype: StoredDtype = "F32"): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let end = 0;
  for (const { name, shape, data } of tensors) {
    const start = end;
    end += data.length * BYTES_PER_VALUE[dtype];
    header[name] = { dtype, shape, data_offsets: [start, end] };
  }
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const file = new Uint8Array(8 + head.length + end);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(head.length), true);
  file.set(head, 8);
  let at = 8 + head.length;
  for (const { data } of tensors) {
    for (const value of data) {
      if (dtype === "F32") view.setFloat32(at, value, true);
      else view.setUint16(at, dtype === "F16" ? float16Bits(value) : bfloat16Bits(value), true);
      at += BYTES_PER_VALUE[dtype];
    }
  }
  return file;
}

/**
 * The nearest IEEE half: 1 sign bit, 5 exponent bits biased by 15, 10 fraction bits; from 2⁻²⁴ (subnormal) to 65,504.
 *
 * @throws RangeError beyond that: the makers here never need infinity
 */
export function float16Bits(value: number): number {
  const size = Math.abs(value);
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = size === 0 ? 0 : Math.round(size / 2 ** (exponent - 10));
  // a normal number's leading bit is not stored; 2048 steps carry into the exponent by themselves
  const bits = steps < 1024 ? steps : ((exponent + 15) << 10) + steps - 1024;
  if (bits >= 0x7c00) throw new RangeError(`float16: ${value} is beyond 65504`);
  return bits | (value < 0 ? 0x8000 : 0);
}

/** The upper half of a float32, rounded to nearest, ties to even. */
export function bfloat16Bits(value: number): number {
  const bits = new Uint32Array(new Float32Array([value]).buffer)[0]!;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

const configOf = (shape: RandomCheckpoint) => ({
  ...FAMILIES[shape.family].config(shape),
  vocab_size: shape.vocabulary,
  bos_token_id: 1,
  eos_token_id: 2,
  ...shape.fields,
  torch_dtype: { F32: "float32", F16: "float16", BF16: "bfloat16" }[shape.dtype],
});

function randomTensors(shape: RandomCheckpoint): NamedTensor[] {
  const tensors = FAMILIES[shape.family].tensors(shape, drawFrom(shape.seed));
  if (shape.prefixed) return tensors;
  return tensors.map((tensor) => ({ ...tensor, name: tensor.name.replace(/^(?:model|transformer|gpt_neox)\./, "") }));
}

/** `<unk>`, `<s>`, `</s>`, then `w3`, `w4`, …: text is split at spaces and `w12` is token 12. BOS is added. */
function tokenizerOf(vocabulary: number) {
  const special = ["<unk>", "<s>", "</s>"];
  const words = Array.from({ length: vocabulary }, (_, id) => special[id] ?? `w${id}`);
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [
        { SpecialToken: { id: "<s>", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { Sequence: { id: "B", type_id: 1 } },
      ],
      special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } },
    },
    decoder: null,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: "<unk>",
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
      merges: [],
    },
  };
}

const jsonBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const fiveDigits = (value: number) => String(value).padStart(5, "0");
