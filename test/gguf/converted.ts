import { bfloat16Bits, float16Bits } from "../checkpoints.ts";
import type { CheckpointFiles } from "../checkpoints.ts";
import { readSafetensors } from "../reference/tensors.ts";
import type { Tensor } from "../reference/tensors.ts";
import { ggufFile } from "./write-gguf.ts";
import type { TypedValue, WrittenTensor } from "./write-gguf.ts";

type Config = Readonly<Record<string, unknown>>;

export interface Conversion {
  /** Written for whom the values are of no account; left out: F32. */
  readonly encode?: (name: string, tensor: Tensor) => Pick<WrittenTensor, "type" | "data">;
  /** Keys that stand in place of those made here; undefined takes one away. */
  readonly metadata?: Readonly<Record<string, TypedValue | undefined>>;
  /** Beside those that are made of the checkpoint. */
  readonly tensors?: readonly WrittenTensor[];
}

/** What is made of one architecture: its keys, its tensors' names, and what is done to its weights. */
interface Architecture {
  readonly name: string;
  readonly keys: (config: Config) => Record<string, TypedValue>;
  readonly named: readonly (readonly [RegExp, string])[];
  readonly changed?: (stored: string, tensor: Tensor, config: Config) => Tensor;
}

/**
 * A checkpoint as llama.cpp's `convert_hf_to_gguf.py` writes it: names, keys and the order of rows are that script's, read there and
 * not in this project. The tokenizer.json is kept in the file.
 */
export function converted(files: CheckpointFiles, conversion: Conversion = {}): Uint8Array {
  return ggufFile(conversionOf(files, conversion));
}

/** The same in parts, by name: the first has the metadata, each its own tensors. */
export function convertedParts(files: CheckpointFiles, name: string, count: number): Map<string, Uint8Array> {
  const { metadata, tensors } = conversionOf(files, {});
  const five = (value: number) => String(value).padStart(5, "0");
  const each = Math.ceil(tensors.length / count);
  return new Map(
    Array.from({ length: count }, (_, part) => [
      `${name}-${five(part + 1)}-of-${five(count)}.gguf`,
      ggufFile({
        metadata: {
          ...(part === 0 ? metadata : {}),
          "split.no": ["u16", part],
          "split.count": ["u16", count],
          "split.tensors.count": ["i32", tensors.length],
        },
        tensors: tensors.slice(part * each, (part + 1) * each),
      }),
    ]),
  );
}

/** The checkpoint's names of tensors by those that they get in the file. */
export function checkpointNames(files: CheckpointFiles): Map<string, string> {
  const architecture = architectureOf(jsonOf(files, "config.json"));
  const names = [...files].flatMap(([name, bytes]) =>
    name.endsWith(".safetensors") ? [...readSafetensors(bytes).keys()] : [],
  );
  return new Map(names.map((name) => [storedName(architecture, name), name]));
}

function architectureOf(config: Config): Architecture {
  const architecture = ARCHITECTURES[config["model_type"] as string];
  if (!architecture) throw new Error(`conversion: ${String(config["model_type"])} has no GGUF`);
  return architecture;
}

function conversionOf(files: CheckpointFiles, { encode = asFloat32, metadata = {}, tensors: more = [] }: Conversion) {
  const config = jsonOf(files, "config.json");
  const architecture = architectureOf(config);
  const made: Record<string, TypedValue | undefined> = {
    "general.architecture": ["text", architecture.name],
    ...Object.fromEntries(
      Object.entries(architecture.keys(config)).map(([key, value]) => [`${architecture.name}.${key}`, value]),
    ),
    ...vocabularyOf(files),
    ...metadata,
  };
  const read = [...files].filter(([name]) => name.endsWith(".safetensors")).map(([, bytes]) => readSafetensors(bytes));
  const tensors = read.flatMap((of) =>
    [...of].map(([name, tensor]) => {
      const stored = storedName(architecture, name);
      const changed = architecture.changed?.(stored, tensor, config) ?? tensor;
      return {
        name: stored,
        shape: changed.shape,
        ...(changed.shape.length === 1 ? asFloat32 : encode)(stored, changed),
      };
    }),
  );
  for (const [name, divisors] of ropeDivisors(config)) {
    tensors.push({ name: `${name}.weight`, shape: [divisors.length], ...floats(Float64Array.from(divisors)) });
  }
  const kept = Object.entries(made).filter((entry): entry is [string, TypedValue] => entry[1] !== undefined);
  return { metadata: Object.fromEntries(kept), tensors: [...tensors, ...more] };
}

function floats(data: Float64Array): Pick<WrittenTensor, "type" | "data"> {
  return { type: 0, data: new Uint8Array(Float32Array.from(data).buffer) };
}

function asFloat32(_: string, { data }: Tensor) {
  return floats(data);
}

export const asFloat16: NonNullable<Conversion["encode"]> = (_, { data }) => ({
  type: 1,
  data: new Uint8Array(Uint16Array.from(data, float16Bits).buffer),
});

export const asBfloat16: NonNullable<Conversion["encode"]> = (_, { data }) => ({
  type: 30,
  data: new Uint8Array(Uint16Array.from(data, bfloat16Bits).buffer),
});

const jsonOf = (files: CheckpointFiles, name: string) =>
  JSON.parse(new TextDecoder().decode(files.get(name))) as Readonly<Record<string, unknown>>;

/** The words of the random checkpoints, which llama.cpp reads and never cuts a text by. */
function vocabularyOf(files: CheckpointFiles): Record<string, TypedValue> {
  const { model } = jsonOf(files, "tokenizer.json") as unknown as {
    readonly model: { readonly vocab: Record<string, number> };
  };
  const tokens = Object.entries(model.vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([token]) => token);
  return {
    "tokenizer.ggml.model": ["text", "gpt2"],
    "tokenizer.ggml.pre": ["text", "gpt-2"],
    "tokenizer.ggml.tokens": ["list", "text", tokens],
    "tokenizer.ggml.token_type": ["list", "i32", tokens.map((token) => (token.startsWith("<") ? 3 : 1))],
    "tokenizer.ggml.merges": ["list", "text", []],
    "tokenizer.ggml.bos_token_id": ["u32", 1],
    "tokenizer.ggml.eos_token_id": ["u32", 2],
    "tokenizer.huggingface.json": ["text", files.get("tokenizer.json")!],
  };
}

const u32 = (value: unknown): TypedValue => ["u32", Number(value)];
const f32 = (value: unknown): TypedValue => ["f32", Number(value)];

const rope = (config: Config) =>
  (config["rope_parameters"] ?? config["rope_scaling"] ?? {}) as Readonly<Record<string, unknown>>;

const stretch = (config: Config): Record<string, TypedValue> => {
  const scaling = rope(config);
  const kind = scaling["rope_type"];
  if (kind !== "linear" && kind !== "yarn") return {};
  const factor = { "rope.scaling.type": ["text", kind], "rope.scaling.factor": f32(scaling["factor"]) } as const;
  if (kind === "linear") return factor;
  const given = (key: string, field: string) => (field in scaling ? { [key]: f32(scaling[field]) } : {});
  return {
    ...factor,
    "rope.scaling.original_context_length": u32(scaling["original_max_position_embeddings"]),
    ...given("rope.scaling.yarn_attn_factor", "attention_factor"),
    ...given("rope.scaling.yarn_beta_fast", "beta_fast"),
    ...given("rope.scaling.yarn_beta_slow", "beta_slow"),
  };
};

const gatedKeys = (config: Config): Record<string, TypedValue> => {
  const headDim = config["head_dim"] ?? Number(config["hidden_size"]) / Number(config["num_attention_heads"]);
  const scaling = rope(config);
  return {
    block_count: u32(config["num_hidden_layers"]),
    context_length: u32(config["max_position_embeddings"]),
    embedding_length: u32(config["hidden_size"]),
    feed_forward_length: u32(config["intermediate_size"]),
    "attention.head_count": u32(config["num_attention_heads"]),
    "attention.head_count_kv": u32(config["num_key_value_heads"]),
    "attention.layer_norm_rms_epsilon": f32(config["rms_norm_eps"]),
    "attention.key_length": u32(headDim),
    "attention.value_length": u32(headDim),
    "rope.dimension_count": u32(headDim),
    "rope.freq_base": f32(scaling["rope_theta"] ?? config["rope_theta"]),
    ...stretch(config),
  };
};

const gptKeys = (
  counts: Readonly<Record<"layers" | "context" | "dim" | "heads" | "epsilon", string>>,
  config: Config,
) => ({
  block_count: u32(config[counts.layers]),
  context_length: u32(config[counts.context]),
  embedding_length: u32(config[counts.dim]),
  "attention.head_count": u32(config[counts.heads]),
  "attention.layer_norm_epsilon": f32(config[counts.epsilon]),
});

const GATED: Architecture["named"] = [
  [/^(?:model\.)?embed_tokens$/, "token_embd"],
  [/^(?:model\.)?norm$/, "output_norm"],
  [/^lm_head$/, "output"],
  [/^(?:model\.)?layers\.(\d+)\.input_layernorm$/, "blk.$1.attn_norm"],
  [/^(?:model\.)?layers\.(\d+)\.self_attn\.([qkv])_proj$/, "blk.$1.attn_$2"],
  [/^(?:model\.)?layers\.(\d+)\.self_attn\.o_proj$/, "blk.$1.attn_output"],
  [/^(?:model\.)?layers\.(\d+)\.self_attn\.([qk])_norm$/, "blk.$1.attn_$2_norm"],
  [/^(?:model\.)?layers\.(\d+)\.post_attention_layernorm$/, "blk.$1.ffn_norm"],
  [/^(?:model\.)?layers\.(\d+)\.mlp\.(gate|up|down)_proj$/, "blk.$1.ffn_$2"],
];

const gated = (name: string): Architecture => ({ name, keys: gatedKeys, named: GATED });

const llama: Architecture = {
  ...gated("llama"),
  /** `LlamaModel.permute`: reshape(heads, 2, D / 2, …).swapaxes(1, 2) */
  changed(stored, { shape, data }, config) {
    const which = /\.attn_([qk])\./.exec(stored)?.[1];
    if (!which) return { shape, data };
    const heads = Number(which === "q" ? config["num_attention_heads"] : config["num_key_value_heads"]);
    const rows = shape[0]!;
    const rowLength = data.length / rows;
    const half = rows / heads / 2;
    const into = new Float64Array(data.length);
    let to = 0;
    for (let head = 0; head < heads; head++) {
      for (let pair = 0; pair < half; pair++) {
        for (const side of [0, 1]) {
          const from = (head * 2 + side) * half + pair;
          into.set(data.subarray(from * rowLength, (from + 1) * rowLength), to++ * rowLength);
        }
      }
    }
    return { shape, data: into };
  },
};

/** `GraniteModel`, a `LlamaModel` that writes its four constants. */
const granite: Architecture = {
  ...llama,
  name: "granite",
  keys: (config) => ({
    ...gatedKeys(config),
    "attention.scale": f32(config["attention_multiplier"]),
    embedding_scale: f32(config["embedding_multiplier"]),
    residual_scale: f32(config["residual_multiplier"]),
    logit_scale: f32(config["logits_scaling"]),
  }),
};

/** `Olmo2Model`. */
const olmo2: Architecture = {
  ...gated("olmo2"),
  named: [
    ...GATED.filter(([, stored]) => stored !== "blk.$1.ffn_norm"),
    [/^(?:model\.)?layers\.(\d+)\.post_attention_layernorm$/, "blk.$1.post_attention_norm"],
    [/^(?:model\.)?layers\.(\d+)\.post_feedforward_layernorm$/, "blk.$1.post_ffw_norm"],
  ],
};

/** `Olmo2Model`, which writes OLMo 3 as well. */
const olmo3: Architecture = {
  ...olmo2,
  keys: (config) => ({
    ...gatedKeys(config),
    "attention.sliding_window": u32(config["sliding_window"]),
    "attention.sliding_window_pattern": [
      "list",
      "bool",
      Array.from({ length: Number(config["num_hidden_layers"]) }, (_, layer) => (layer + 1) % 4 !== 0),
    ],
  }),
};

/** `Phi3MiniModel`: tensors stay fused; 0 is no window; no key_length, no kind of scaling. */
const phi3: Architecture = {
  name: "phi3",
  keys: (config) => {
    const {
      "attention.key_length": _key,
      "attention.value_length": _value,
      "rope.dimension_count": _turned,
      ...keys
    } = gatedKeys(config);
    const [dim, heads] = [Number(config["hidden_size"]), Number(config["num_attention_heads"])];
    const original = originalContext(config);
    const stretched = Number(config["max_position_embeddings"]) / original;
    return {
      ...keys,
      "rope.dimension_count": u32(Math.floor(Math.floor(Number(config["partial_rotary_factor"] ?? 1) * dim) / heads)),
      "rope.scaling.original_context_length": u32(original),
      "attention.sliding_window": u32(config["sliding_window"] ?? 0),
      ...("long_factor" in rope(config) && {
        "rope.scaling.attn_factor": f32(stretched > 1 ? Math.sqrt(1 + Math.log(stretched) / Math.log(original)) : 1),
      }),
    };
  },
  named: [
    ...GATED,
    [/^(?:model\.)?layers\.(\d+)\.self_attn\.qkv_proj$/, "blk.$1.attn_qkv"],
    [/^(?:model\.)?layers\.(\d+)\.mlp\.gate_up_proj$/, "blk.$1.ffn_up"],
  ],
};

const originalContext = (config: Config) =>
  Number(config["original_max_position_embeddings"] ?? config["max_position_embeddings"]);

/** `Gemma2Model` and `Gemma3Model`: what a gain differs from 1 by is written as the gain. */
const gemma = (name: string, more: (config: Config) => Record<string, TypedValue>): Architecture => ({
  name,
  keys: (config) => ({
    ...gatedKeys(config),
    "attention.sliding_window": u32(config["sliding_window"]),
    ...more(config),
  }),
  named: [
    ...GATED.filter(([, stored]) => stored !== "blk.$1.ffn_norm"),
    [/^(?:model\.)?layers\.(\d+)\.post_attention_layernorm$/, "blk.$1.post_attention_norm"],
    [/^(?:model\.)?layers\.(\d+)\.pre_feedforward_layernorm$/, "blk.$1.ffn_norm"],
    [/^(?:model\.)?layers\.(\d+)\.post_feedforward_layernorm$/, "blk.$1.post_ffw_norm"],
  ],
  changed: (stored, tensor) =>
    stored.endsWith("norm.weight") ? { ...tensor, data: tensor.data.map((value) => value + 1) } : tensor,
});

const gpt2: Architecture = {
  name: "gpt2",
  keys: (config) => ({
    ...gptKeys(
      { layers: "n_layer", context: "n_positions", dim: "n_embd", heads: "n_head", epsilon: "layer_norm_epsilon" },
      config,
    ),
    feed_forward_length: u32(config["n_inner"] ?? 4 * Number(config["n_embd"])),
  }),
  named: [
    [/^(?:transformer\.)?wte$/, "token_embd"],
    [/^(?:transformer\.)?wpe$/, "position_embd"],
    [/^(?:transformer\.)?ln_f$/, "output_norm"],
    [/^lm_head$/, "output"],
    [/^(?:transformer\.)?h\.(\d+)\.ln_1$/, "blk.$1.attn_norm"],
    [/^(?:transformer\.)?h\.(\d+)\.attn\.c_attn$/, "blk.$1.attn_qkv"],
    [/^(?:transformer\.)?h\.(\d+)\.attn\.c_proj$/, "blk.$1.attn_output"],
    [/^(?:transformer\.)?h\.(\d+)\.ln_2$/, "blk.$1.ffn_norm"],
    [/^(?:transformer\.)?h\.(\d+)\.mlp\.c_fc$/, "blk.$1.ffn_up"],
    [/^(?:transformer\.)?h\.(\d+)\.mlp\.c_proj$/, "blk.$1.ffn_down"],
  ],
  /** Conv1D's [inputs, outputs] the other way round. */
  changed(stored, { shape, data }) {
    if (!/(?:attn_qkv|attn_output|ffn_up|ffn_down)\.weight$/.test(stored)) return { shape, data };
    const [inputs, outputs] = shape as [number, number];
    const into = data.map((_, index) => data[(index % inputs) * outputs + Math.floor(index / inputs)]!);
    return { shape: [outputs, inputs], data: into };
  },
};

const gptneox: Architecture = {
  name: "gptneox",
  keys: (config) => {
    const fields = rope(config);
    const headDim = Number(config["hidden_size"]) / Number(config["num_attention_heads"]);
    const share = Number(fields["partial_rotary_factor"] ?? config["rotary_pct"]);
    return {
      ...gptKeys(
        {
          layers: "num_hidden_layers",
          context: "max_position_embeddings",
          dim: "hidden_size",
          heads: "num_attention_heads",
          epsilon: "layer_norm_eps",
        },
        config,
      ),
      feed_forward_length: u32(config["intermediate_size"]),
      "rope.dimension_count": u32(Math.floor(share * headDim)),
      "rope.freq_base": f32(fields["rope_theta"] ?? config["rotary_emb_base"]),
      ...stretch(config),
      use_parallel_residual: ["bool", config["use_parallel_residual"] === true],
    };
  },
  named: [
    [/^(?:gpt_neox\.)?embed_in$/, "token_embd"],
    [/^(?:gpt_neox\.)?final_layer_norm$/, "output_norm"],
    [/^embed_out$/, "output"],
    [/^(?:gpt_neox\.)?layers\.(\d+)\.input_layernorm$/, "blk.$1.attn_norm"],
    [/^(?:gpt_neox\.)?layers\.(\d+)\.post_attention_layernorm$/, "blk.$1.ffn_norm"],
    [/^(?:gpt_neox\.)?layers\.(\d+)\.attention\.query_key_value$/, "blk.$1.attn_qkv"],
    [/^(?:gpt_neox\.)?layers\.(\d+)\.attention\.dense$/, "blk.$1.attn_output"],
    [/^(?:gpt_neox\.)?layers\.(\d+)\.mlp\.dense_h_to_4h$/, "blk.$1.ffn_up"],
    [/^(?:gpt_neox\.)?layers\.(\d+)\.mlp\.dense_4h_to_h$/, "blk.$1.ffn_down"],
  ],
  /** `GPTNeoXModel.modify_tensors`: [heads, 3, D, …] to all queries, all keys, all values. */
  changed(stored, { shape, data }, config) {
    if (!stored.includes("attn_qkv")) return { shape, data };
    const heads = Number(config["num_attention_heads"]);
    const rowLength = data.length / shape[0]!;
    const block = (shape[0]! / heads / 3) * rowLength;
    const into = new Float64Array(data.length);
    for (let head = 0; head < heads; head++) {
      for (let part = 0; part < 3; part++) {
        const from = (head * 3 + part) * block;
        into.set(data.subarray(from, from + block), (part * heads + head) * block);
      }
    }
    return { shape, data: into };
  },
};

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  llama,
  mistral: llama,
  gemma2: gemma("gemma2", (config) => ({
    attn_logit_softcapping: f32(config["attn_logit_softcapping"]),
    final_logit_softcapping: f32(config["final_logit_softcapping"]),
  })),
  gemma3_text: gemma("gemma3", (config) => ({
    ...(config["rope_local_base_freq"] !== 1e4 && { "rope.freq_base_swa": f32(config["rope_local_base_freq"]) }),
    ...(config["sliding_window_pattern"] !== 6 && {
      "attention.sliding_window_pattern": u32(config["sliding_window_pattern"]),
    }),
  })),
  granite,
  olmo2,
  olmo3,
  phi3,
  smollm3: { ...llama, name: "smollm3" },
  qwen2: gated("qwen2"),
  qwen3: gated("qwen3"),
  gpt2,
  gpt_neox: gptneox,
};

function storedName({ named }: Architecture, name: string): string {
  const [, module = "", ending] = /^(.+)\.(weight|bias)$/.exec(name) ?? [];
  const found = named.find(([pattern]) => pattern.test(module));
  if (!found) throw new Error(`conversion: ${name} has no name in GGUF`);
  return `${module.replace(...found)}.${ending}`;
}

/** `generate_extra_tensors` of `Phi3MiniModel` and `LlamaModel`: what each pair's frequency is divided by. */
function ropeDivisors(config: Config): (readonly [name: string, divisors: readonly number[]])[] {
  const { rope_type: kind, short_factor: short, long_factor: long } = rope(config);
  if (long !== undefined) {
    return [
      ["rope_factors_long", long as number[]],
      ["rope_factors_short", short as number[]],
    ];
  }
  return kind === "llama3" ? [["rope_freqs", llama3Divisors(config)]] : [];
}

function llama3Divisors(config: Config): number[] {
  const fields = rope(config);
  const [factor, low, high, context] = [
    "factor",
    "low_freq_factor",
    "high_freq_factor",
    "original_max_position_embeddings",
  ].map((field) => Number(fields[field])) as [number, number, number, number];
  const dims = Number(config["head_dim"]);
  const base = Number(fields["rope_theta"] ?? config["rope_theta"]);
  return Array.from({ length: dims / 2 }, (_, pair) => {
    const wavelength = 2 * Math.PI * base ** ((2 * pair) / dims);
    if (wavelength < context / high) return 1;
    if (wavelength > context / low) return factor;
    const smooth = (context / wavelength - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}
