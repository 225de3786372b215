import { BLOCK_TYPES } from "./block-types.ts";
import type { BlockFormat, ReadBlock } from "./block-types.ts";
import type { Band, LinearForm } from "../linear.ts";
import { emptyBand } from "../linear-pack.ts";
import { ggmlTypeNamed } from "./ggml-types.ts";

/** A type of ggml's that holds values in blocks and can be read. */
export type BlockType = keyof typeof BLOCK_TYPES;

export const BLOCK_TYPE_NAMES = Object.keys(BLOCK_TYPES) as readonly BlockType[];
export const isBlockType = (type: string): type is BlockType => Object.hasOwn(BLOCK_TYPES, type);

/** Values as ggml itself gives them (`to_float`): scale · q − minimum, rounded to float32 once. */
export function decodeBlocks(bytes: Uint8Array, type: BlockType): Float32Array {
  const { sub, centre } = BLOCK_TYPES[type];
  const size = ggmlTypeNamed(type)!;
  const values = new Float32Array((bytes.length / size.bytes) * size.values);
  eachBlock(bytes, type, ({ q, scales, minima }, first) => {
    for (let i = 0; i < size.values; i++) {
      const at = Math.floor(i / sub);
      values[first + i] = scales[at]! * (q[i]! + centre) - minima[at]!;
    }
  });
  return values;
}

/** The form in which a matrix product takes a type's blocks as they are. */
export function blockForm(type: BlockType): LinearForm {
  const { bits, sub, centre }: BlockFormat = BLOCK_TYPES[type];
  return { bits, block: sub, hasOffsets: centre !== 0 };
}

/**
 * Rows of blocks as a matrix product takes them: the same whole numbers and the same scales. Where blocks have a minimum m,
 *
 *     s · q − m = s · (q − c) + (c · s − m)
 *
 * with c in the middle of the whole numbers: the first part is the product's own, the second is the block's offset, which meets the
 * sum of the inputs. Small codes and a small offset lose less to rounding than the whole of s · q and of m would.
 */
export function packBlocks(bytes: Uint8Array, type: BlockType, cols: number): Band {
  const { sub, centre, bits } = BLOCK_TYPES[type];
  const size = ggmlTypeNamed(type)!;
  const rows = ((bytes.length / size.bytes) * size.values) / cols;
  const band = emptyBand({ rows, cols, ...blockForm(type) });
  const codes = band.values as Uint8Array;
  const perRow = cols / sub;
  const write = bits === 8 ? writeBytes : writeNibbles;
  const perBlock = size.values / sub;
  let block = 0;
  eachBlock(bytes, type, ({ q, scales, minima }, first) => {
    write(codes, first, q, size.values);
    for (let at = 0; at < perBlock; at++, block++) {
      band.scales[block] = scales[at]!;
      if (centre === 0) continue;
      band.offsets[(block % perRow) * rows + Math.floor(block / perRow)] = centre * scales[at]! - minima[at]!;
    }
  });
  return band;
}

/** Whole numbers around 0 as codes of a byte each, from value `first` on. */
function writeBytes(codes: Uint8Array, first: number, q: Int8Array, count: number): void {
  for (let i = 0; i < count; i++) codes[first + i] = q[i]! + 128;
}

/** Whole numbers around 0 as codes of half a byte, two to a byte, the earlier one in the low half. */
function writeNibbles(codes: Uint8Array, first: number, q: Int8Array, count: number): void {
  for (let i = 0; i < count; i += 2) codes[(first + i) >> 1] = (q[i]! + 8) | ((q[i + 1]! + 8) << 4);
}

/** @param take what was read, with the place of its first value; it is read over by the next */
function eachBlock(bytes: Uint8Array, type: BlockType, take: (block: ReadBlock, first: number) => void): void {
  const { read }: BlockFormat = BLOCK_TYPES[type];
  const size = ggmlTypeNamed(type)!;
  const block = { q: new Int8Array(256), scales: new Float32Array(16), minima: new Float32Array(16) };
  for (let at = 0, first = 0; at < bytes.length; at += size.bytes, first += size.values) {
    read(bytes, at, block);
    take(block, first);
  }
}
