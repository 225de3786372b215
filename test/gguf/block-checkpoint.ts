import { ggmlTypeNamed } from "#formats/gguf/ggml-types.ts";
import { decodeBlocks } from "#formats/gguf/blocks.ts";
import type { BlockType } from "#formats/gguf/blocks.ts";
import { randomCheckpoint, safetensors } from "../checkpoints.ts";
import type { CheckpointFiles, RandomCheckpoint } from "../checkpoints.ts";
import { readSafetensors } from "../reference/tensors.ts";
import { converted } from "./converted.ts";
import { GOLDEN_BLOCKS } from "./golden-blocks.ts";

/** ggml's numbers of the types. */
const NUMBERS: Readonly<Record<BlockType, number>> = {
  Q4_0: 2,
  Q4_1: 3,
  Q5_0: 6,
  Q5_1: 7,
  Q8_0: 8,
  Q2_K: 10,
  Q3_K: 11,
  Q4_K: 12,
  Q5_K: 13,
  Q6_K: 14,
  IQ4_NL: 20,
  IQ4_XS: 23,
};

/** Where a block has whole numbers of its values, and not scales. */
const WHOLE_NUMBERS: Readonly<Record<BlockType, readonly [from: number, to: number]>> = {
  Q4_0: [2, 18],
  Q4_1: [4, 20],
  Q5_0: [2, 22],
  Q5_1: [4, 24],
  Q8_0: [2, 34],
  Q2_K: [16, 80],
  Q3_K: [0, 96],
  Q4_K: [16, 144],
  Q5_K: [16, 176],
  Q6_K: [0, 192],
  IQ4_NL: [2, 18],
  IQ4_XS: [8, 136],
};

/** Wide enough for a block of 256 along every row. */
export const WIDE = { layers: 2, heads: 4, kvHeads: 2, headDim: 64, modelDim: 256, neurons: 256 } as const;

/** The first that a tensor's name fits. */
export const byName =
  (types: readonly (readonly [RegExp, BlockType])[]) =>
  (tensor: string): BlockType =>
    types.find(([fits]) => fits.test(tensor))![1];

/** As llama.cpp's mixtures have it: values and what is written in more bits than the rest, each in another type. */
export const MIXED = byName([
  [/v_proj/, "Q6_K"],
  [/[qk]_proj/, "Q4_K"],
  [/o_proj/, "Q5_K"],
  [/gate_proj/, "Q2_K"],
  [/up_proj/, "Q3_K"],
  [/layers\.0.*down_proj/, "Q6_K"],
  [/down_proj/, "Q4_K"],
  [/embed/, "Q6_K"],
  [/lm_head/, "Q8_0"],
]);

/**
 * A random model in two forms: the GGUF file, each matrix in the type that `typeOf` gives it, and the checkpoint that has the file's
 * very weights as numbers, for the float64 reference.
 *
 * A row's blocks are of scales as ggml's quantiser made them and whole numbers drawn from the row itself; what they are as numbers is
 * ggml's reading, to which `blocks.test.ts` holds every type bit for bit.
 */
export function blockCheckpoint(
  changes: Partial<RandomCheckpoint>,
  typeOf: (tensor: string) => BlockType,
): { readonly gguf: Uint8Array; readonly files: CheckpointFiles } {
  const files = randomCheckpoint(changes);
  const blocksOf = new Map<string, { readonly type: BlockType; readonly blocks: Uint8Array }>();
  const tensors = [...files]
    .filter(([name]) => name.endsWith(".safetensors"))
    .flatMap(([, bytes]) => [...readSafetensors(bytes)])
    .map(([name, { shape, data }]) => {
      if (shape.length === 1) return { name, shape, data: Float32Array.from(data) };
      const [rows, cols] = shape as [number, number];
      const type = typeOf(name);
      const values = new Float32Array(data.length);
      for (let row = 0; row < rows; row++) {
        const blocks = blocksFrom(Float32Array.from(data.subarray(row * cols, (row + 1) * cols)), type);
        const decoded = decodeBlocks(blocks, type);
        values.set(decoded, row * cols);
        blocksOf.set(keyOf(decoded), { type, blocks });
      }
      return { name, shape, data: values };
    });
  const exact = new Map(files).set("model.safetensors", safetensors(tensors));
  const encode = (_: string, { shape, data }: { readonly shape: readonly number[]; readonly data: Float64Array }) => {
    const cols = shape[1]!;
    const rows = Array.from({ length: shape[0]! }, (__, row) =>
      blocksOf.get(keyOf(data.subarray(row * cols, (row + 1) * cols)))!,
    );
    const all = rows.flatMap(({ blocks }) => [...blocks]);
    return { type: NUMBERS[rows[0]!.type], data: Uint8Array.from(all) };
  };
  return { gguf: converted(exact, { encode }), files: exact };
}

/** A row is known again by its values: conversion moves rows, and whole. */
const keyOf = (row: ArrayLike<number>) => Array.from(row).join(" ");

function blocksFrom(row: Float32Array, type: BlockType): Uint8Array {
  const { values, bytes } = ggmlTypeNamed(type)!;
  const [from, to] = WHOLE_NUMBERS[type];
  const { blocks: golden } = GOLDEN_BLOCKS.find((each) => each.type === type && each.kind === "quantised")!;
  const blocks = Array.from({ length: row.length / values }, (_, index) => {
    const at = (index * bytes) % golden.length;
    const block = golden.slice(at, at + bytes);
    const drawn = new Uint8Array(row.buffer);
    // the lowest bytes of a float's fraction are as good as random
    for (let place = from; place < to; place++)
      block[place] = drawn[4 * ((index * values + place) % row.length) + (place % 2)]!;
    return block;
  });
  return Uint8Array.from(blocks.flatMap((block) => [...block]));
}
