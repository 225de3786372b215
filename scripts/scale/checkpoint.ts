import { createWriteStream, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { randomStream } from "#core/numeric/random.ts";
import { bfloat16Bits } from "../../test/checkpoints.ts";
import { drawFrom } from "../../test/random/shape.ts";

/** What tells the checkpoints apart that are measured; all are Qwen2's family. */
export interface ScaleShape {
  readonly name: string;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_hidden_layers: number;
  readonly num_key_value_heads: number;
  readonly tie_word_embeddings: boolean;
  readonly vocab_size: number;
}

/** Qwen2.5-0.5B's shape, from its published config.json. */
export const HALF_A_BILLION: ScaleShape = {
  name: "qwen2.5-0.5b",
  hidden_size: 896,
  intermediate_size: 4864,
  num_attention_heads: 14,
  num_hidden_layers: 24,
  num_key_value_heads: 2,
  tie_word_embeddings: true,
  vocab_size: 151_936,
};

/** Qwen2.5-1.5B's, likewise. */
export const ONE_AND_A_HALF_BILLION: ScaleShape = {
  name: "qwen2.5-1.5b",
  hidden_size: 1536,
  intermediate_size: 8960,
  num_attention_heads: 12,
  num_hidden_layers: 28,
  num_key_value_heads: 2,
  tie_word_embeddings: true,
  vocab_size: 151_936,
};

/** What `npm run peaks` measures. */
export const SCALE_SHAPES: readonly ScaleShape[] = [
  {
    name: "70m",
    hidden_size: 512,
    intermediate_size: 1376,
    num_attention_heads: 8,
    num_hidden_layers: 6,
    num_key_value_heads: 8,
    tie_word_embeddings: false,
    vocab_size: 50_304,
  },
  {
    name: "smollm2-135m",
    hidden_size: 576,
    intermediate_size: 1536,
    num_attention_heads: 9,
    num_hidden_layers: 30,
    num_key_value_heads: 3,
    tie_word_embeddings: true,
    vocab_size: 49_152,
  },
  HALF_A_BILLION,
];

export const BASE_PERIOD = 1_000_000;

const REST = {
  architectures: ["Qwen2ForCausalLM"],
  hidden_act: "silu",
  max_position_embeddings: 32_768,
  rms_norm_eps: 1e-6,
  rope_theta: BASE_PERIOD,
  torch_dtype: "bfloat16",
  use_sliding_window: false,
} as const;

/** Weights are drawn from this many values, themselves drawn once: half a billion draws would take minutes. */
const POOL = 2 ** 16;
/** Standard deviation of the weights. */
export const SPREAD = 0.02;
const WRITE_VALUES = 2 ** 22;

/**
 * Writes a checkpoint of that shape, random weights in bfloat16, two bytes each, unless it is there already.
 *
 * @returns the folder
 */
export async function writeScaleCheckpoint(root: string, shape: ScaleShape): Promise<string> {
  const { name, ...dimensions } = shape;
  const folder = join(root, `${name}-random`);
  const weights = join(folder, "model.safetensors");
  if (existsSync(weights)) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify({ ...REST, ...dimensions }));
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer(shape.vocab_size)));
  await writeWeights(`${weights}.part`, shape);
  renameSync(`${weights}.part`, weights);
  return folder;
}

async function writeWeights(path: string, of: ScaleShape): Promise<void> {
  const tensors = tensorShapes(of).map(([name, shape]) => ({
    name,
    shape,
    count: shape.reduce((product, size) => product * size, 1),
  }));
  let end = 0;
  const header = Object.fromEntries(
    tensors.map(({ name, shape, count }) => {
      const start = end;
      end += 2 * count;
      return [name, { dtype: "BF16", shape, data_offsets: [start, end] }];
    }),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = createWriteStream(path);
  const write = async (bytes: Uint8Array) => {
    if (!file.write(bytes)) await once(file, "drain");
  };
  await write(Buffer.concat([length, text]));
  const pool = Uint16Array.from(drawFrom(1).table("pool", [POOL], SPREAD).data, bfloat16Bits);
  const one = bfloat16Bits(1);
  const random = randomStream(1);
  for (const { name, count } of tensors) {
    for (let from = 0; from < count; from += WRITE_VALUES) {
      const values = new Uint16Array(Math.min(WRITE_VALUES, count - from));
      if (name.endsWith("norm.weight")) values.fill(one);
      else {
        for (let i = 0; i < values.length; i++) {
          values[i] = pool[Math.floor(random() * POOL)]!;
        }
      }
      await write(new Uint8Array(values.buffer));
    }
  }
  file.end();
  await once(file, "finish");
}

export function tensorShapes(of: ScaleShape): [name: string, shape: number[]][] {
  const { hidden_size: dim, intermediate_size: neurons, num_hidden_layers: layers, vocab_size: vocabulary } = of;
  const keys = (dim / of.num_attention_heads) * of.num_key_value_heads;
  const head: [string, number[]][] = of.tie_word_embeddings ? [] : [["lm_head.weight", [vocabulary, dim]]];
  const blocks = Array.from({ length: layers }, (_, layer) => {
    const at = `model.layers.${layer}.`;
    return [
      [`${at}input_layernorm.weight`, [dim]],
      [`${at}self_attn.q_proj.weight`, [dim, dim]],
      [`${at}self_attn.q_proj.bias`, [dim]],
      [`${at}self_attn.k_proj.weight`, [keys, dim]],
      [`${at}self_attn.k_proj.bias`, [keys]],
      [`${at}self_attn.v_proj.weight`, [keys, dim]],
      [`${at}self_attn.v_proj.bias`, [keys]],
      [`${at}self_attn.o_proj.weight`, [dim, dim]],
      [`${at}post_attention_layernorm.weight`, [dim]],
      [`${at}mlp.gate_proj.weight`, [neurons, dim]],
      [`${at}mlp.up_proj.weight`, [neurons, dim]],
      [`${at}mlp.down_proj.weight`, [dim, neurons]],
    ] satisfies [string, number[]][];
  });
  return [["model.embed_tokens.weight", [vocabulary, dim]], ...blocks.flat(), ["model.norm.weight", [dim]], ...head];
}

/** `w0`, `w1`, …: text is split at spaces. */
export const tokenizer = (vocabulary: number) => ({
  version: "1.0",
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: "WhitespaceSplit" },
  post_processor: null,
  decoder: null,
  model: {
    type: "BPE",
    unk_token: null,
    ignore_merges: true,
    vocab: Object.fromEntries(Array.from({ length: vocabulary }, (_, id) => [`w${id}`, id])),
    merges: [],
  },
});
