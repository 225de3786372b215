import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A checkpoint folder: what is in each file, by its name. */
export type CheckpointFiles = Map<string, Uint8Array>;

/** How a checkpoint file stores its weights, by safetensors' names. */
export type StoredDtype = "F32" | "F16" | "BF16";

/** The shape of a Llama model of random weights. */
export interface RandomCheckpoint {
  readonly seed: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Need not be `heads * headDim`. */
  readonly modelDim: number;
  readonly neurons: number;
  readonly vocabulary: number;
  /** The longest prompt, in tokens. */
  readonly context: number;
  readonly ropeTheta: number;
  readonly epsilon: number;
  /** True: the unembedding is the embedding, and the file has no `lm_head.weight`. */
  readonly tied: boolean;
  readonly dtype: StoredDtype;
  /** More than 1: that many files and a `model.safetensors.index.json`. */
  readonly shards: number;
}

/**
 * Awkward on purpose: two query heads to a key head, a residual that is neither `heads * headDim` wide nor a multiple
 * of 32, a prime vocabulary.
 */
export const SMALL_GQA: RandomCheckpoint = {
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
 * A Llama checkpoint of random weights, the same for the same seed. Matrices are normal with a spread that keeps
 * activations near 1, so that every head and neuron has an effect that float32 can see; gains are near 1.
 */
export function randomCheckpoint(changes: Partial<RandomCheckpoint> = {}): CheckpointFiles {
  const shape = { ...SMALL_GQA, ...changes };
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

/** A named array in row-major order. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
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

function configOf(shape: RandomCheckpoint) {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: shape.modelDim,
    intermediate_size: shape.neurons,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.kvHeads,
    head_dim: shape.headDim,
    vocab_size: shape.vocabulary,
    max_position_embeddings: shape.context,
    rms_norm_eps: shape.epsilon,
    rope_theta: shape.ropeTheta,
    hidden_act: "silu",
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: shape.tied,
    bos_token_id: 1,
    eos_token_id: 2,
    torch_dtype: { F32: "float32", F16: "float16", BF16: "bfloat16" }[shape.dtype],
  };
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

function randomTensors(shape: RandomCheckpoint): NamedTensor[] {
  const { modelDim: d, headDim, heads, kvHeads, neurons, vocabulary } = shape;
  const normal = normalNumbers(shape.seed);
  const draw = (count: number, mean: number, spread: number) =>
    Float32Array.from({ length: count }, () => mean + spread * normal());
  const projection = (name: string, rows: number, cols: number, gain = 1): NamedTensor => ({
    name,
    shape: [rows, cols],
    data: draw(rows * cols, 0, gain / Math.sqrt(cols)),
  });
  const norm = (name: string): NamedTensor => ({ name, shape: [d], data: draw(d, 1, 0.2) });

  const tensors: NamedTensor[] = [
    { name: "model.embed_tokens.weight", shape: [vocabulary, d], data: draw(vocabulary * d, 0, 0.5) },
  ];
  for (let layer = 0; layer < shape.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    tensors.push(
      norm(`${prefix}.input_layernorm.weight`),
      // sharper than 1 so that attention is not uniform
      projection(`${prefix}.self_attn.q_proj.weight`, heads * headDim, d, 1.5),
      projection(`${prefix}.self_attn.k_proj.weight`, kvHeads * headDim, d, 1.5),
      projection(`${prefix}.self_attn.v_proj.weight`, kvHeads * headDim, d),
      projection(`${prefix}.self_attn.o_proj.weight`, d, heads * headDim),
      norm(`${prefix}.post_attention_layernorm.weight`),
      projection(`${prefix}.mlp.gate_proj.weight`, neurons, d, 2),
      projection(`${prefix}.mlp.up_proj.weight`, neurons, d, 2),
      projection(`${prefix}.mlp.down_proj.weight`, d, neurons),
    );
  }
  tensors.push(norm("model.norm.weight"));
  if (!shape.tied) tensors.push(projection("lm_head.weight", vocabulary, d, 2));
  return tensors;
}

/** Normal numbers by Box and Muller's transform over the mulberry32 generator. */
function normalNumbers(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

const jsonBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const fiveDigits = (value: number) => String(value).padStart(5, "0");
