import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ggmlType } from "#formats/gguf/ggml-types.ts";
import { randomStream } from "#core/numeric/random.ts";
import { float16Bits } from "../../test/checkpoints.ts";
import { ggufFile } from "../../test/gguf/write-gguf.ts";
import type { WrittenTensor } from "../../test/gguf/write-gguf.ts";
import { BASE_PERIOD, SPREAD, tensorShapes, tokenizer } from "./checkpoint.ts";
import type { ScaleShape } from "./checkpoint.ts";

/** ggml's numbers of the types. */
const F32 = 0;
const Q5_0 = 6;
const Q8_0 = 8;
const Q4_K = 12;
const Q6_K = 14;

/** Weights are drawn from so many blocks of each type. */
const POOL = 4096;

/**
 * Writes a GGUF of that shape with random weights, its tensors of the types that llama.cpp's Q4_K_M mix gives them, unless it is there
 * already.
 *
 * @returns the folder and the file's name
 */
export function writeScaleGguf(root: string, shape: ScaleShape): { readonly folder: string; readonly file: string } {
  const folder = join(root, `${shape.name}-random-gguf`);
  const file = `${shape.name}-Q4_K_M.gguf`;
  const path = join(folder, file);
  if (existsSync(path)) return { folder, file };
  mkdirSync(folder, { recursive: true });
  const ids = Array.from({ length: shape.vocab_size }, (_, id) => `w${id}`);
  const key = (name: string) => `qwen2.${name}`;
  const random = randomStream(1);
  const pools = new Map([Q5_0, Q8_0, Q4_K, Q6_K].map((type) => [type, blocksOf(type, random)]));
  const bytes = ggufFile({
    metadata: {
      "general.architecture": ["text", "qwen2"],
      "general.name": ["text", shape.name],
      [key("block_count")]: ["u32", shape.num_hidden_layers],
      [key("context_length")]: ["u32", 32_768],
      [key("embedding_length")]: ["u32", shape.hidden_size],
      [key("feed_forward_length")]: ["u32", shape.intermediate_size],
      [key("attention.head_count")]: ["u32", shape.num_attention_heads],
      [key("attention.head_count_kv")]: ["u32", shape.num_key_value_heads],
      [key("attention.layer_norm_rms_epsilon")]: ["f32", 1e-6],
      [key("rope.freq_base")]: ["f32", BASE_PERIOD],
      "tokenizer.ggml.model": ["text", "gpt2"],
      "tokenizer.ggml.pre": ["text", "qwen2"],
      "tokenizer.ggml.tokens": ["list", "text", ids],
      "tokenizer.huggingface.json": ["text", JSON.stringify(tokenizer(shape.vocab_size))],
    },
    tensors: tensorShapes(shape).map(([name, dimensions]) => tensorOf(name, dimensions, shape, pools, random)),
  });
  writeFileSync(`${path}.part`, bytes);
  renameSync(`${path}.part`, path);
  return { folder, file };
}

const MODULES: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens/, "token_embd"],
  [/^model\.norm/, "output_norm"],
  [/^lm_head/, "output"],
  [/^model\.layers\.(\d+)\.input_layernorm/, "blk.$1.attn_norm"],
  [/^model\.layers\.(\d+)\.post_attention_layernorm/, "blk.$1.ffn_norm"],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj/, "blk.$1.attn_output"],
  [/^model\.layers\.(\d+)\.self_attn\.(.)_proj/, "blk.$1.attn_$2"],
  [/^model\.layers\.(\d+)\.mlp\.(\w+)_proj/, "blk.$1.ffn_$2"],
];

function tensorOf(
  stored: string,
  dimensions: readonly number[],
  shape: ScaleShape,
  pools: ReadonlyMap<number, readonly Uint8Array[]>,
  random: () => number,
): WrittenTensor {
  const [pattern, to] = MODULES.find(([each]) => each.test(stored))!;
  const name = stored.replace(pattern, to);
  const count = dimensions.reduce((product, size) => product * size, 1);
  if (dimensions.length === 1) {
    const values = new Float32Array(count).fill(name.includes("norm") ? 1 : 0);
    return { name, type: F32, shape: dimensions, data: new Uint8Array(values.buffer) };
  }
  const type = typeOf(name, dimensions[1]!, shape);
  const { values, bytes } = ggmlType(type)!;
  const data = new Uint8Array((count / values) * bytes);
  const pool = pools.get(type)!;
  for (let at = 0; at < data.length; at += bytes) data.set(pool[Math.floor(random() * POOL)]!, at);
  return { name, type, shape: dimensions, data };
}

/**
 * What `llama_tensor_get_type` of llama-quant.cpp gives a tensor in Q4_K_M: six bits for the output and for values and down projections
 * of the layers that need more, four for the rest; where 256 does not divide a row, eight for six and five for four.
 */
export function typeOf(
  name: string,
  columns: number,
  { num_hidden_layers: layers, tie_word_embeddings: isTied }: ScaleShape,
): number {
  const isWhole = columns % 256 === 0;
  const layer = Number(/^blk\.(\d+)/.exec(name)?.[1] ?? -1);
  const isOutput = name.startsWith("output") || (isTied && name.startsWith("token_embd"));
  const eighth = Math.floor(layers / 8);
  const needsMore = layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
  const isFine = isOutput || (/attn_v|ffn_down/.test(name) && needsMore);
  if (isFine) return isWhole ? Q6_K : Q8_0;
  return isWhole ? Q4_K : Q5_0;
}

/** Random blocks of a type whose weights spread by `SPREAD` around 0: random codes with one scale. */
function blocksOf(type: number, random: () => number): Uint8Array[] {
  const { bytes } = ggmlType(type)!;
  return Array.from({ length: POOL }, () => {
    const block = Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256));
    const half = (at: number, value: number) => new DataView(block.buffer).setUint16(at, float16Bits(value), true);
    // what whole numbers between 0 and n spread by is n / √12; scales of six bits are 32 everywhere, and so are the minima
    if (type === Q8_0) half(0, (SPREAD * Math.sqrt(12)) / 256);
    else if (type === Q5_0) half(0, (SPREAD * Math.sqrt(12)) / 32);
    else if (type === Q4_K) {
      const scale = (SPREAD * Math.sqrt(12)) / 16;
      half(0, scale / 32);
      half(2, (7.5 * scale) / 32);
      block.fill(32 | (2 << 6), 4, 12).fill(0, 12, 16);
    } else {
      block.fill(32, 192, 208);
      half(208, (SPREAD * Math.sqrt(12)) / 64 / 32);
    }
    return block;
  });
}
