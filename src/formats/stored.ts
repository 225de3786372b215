import { decodeBfloat16, decodeFloat16 } from "#core/numeric/half.ts";
import { Fault } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";
import type { ByteSource } from "./byte-source.ts";
import { BLOCK_TYPE_NAMES, decodeBlocks, isBlockType } from "./gguf/blocks.ts";
import type { BlockType } from "./gguf/blocks.ts";
import { ggmlTypeNamed } from "./gguf/ggml-types.ts";

/** Types that hold each value by itself; both formats have them. */
const PLAIN_TYPES = ["F32", "F16", "BF16"] as const;
type PlainType = (typeof PLAIN_TYPES)[number];
/** The stored types that can be read; the formats have more. */
export type StoredDtype = PlainType | BlockType;

/** All of them, the plain ones first. */
export const STORED_TYPES: readonly StoredDtype[] = [...PLAIN_TYPES, ...BLOCK_TYPE_NAMES];

/** Where one tensor lies in its file: bytes from `startByte` to `endByte` (exclusive), counted from the file's start. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  /** Outermost axis first: [outputs, inputs] for a linear layer. */
  readonly shape: readonly number[];
  readonly startByte: number;
  readonly endByte: number;
}

/** Rows along a tensor's first axis; a tensor of one axis has rows of one value. */
export interface RowRange {
  readonly first: number;
  readonly count: number;
}

/**
 * One tensor's values, row-major.
 *
 * @throws Fault "bad-file" for a stored type that cannot be read
 */
export async function readTensor(source: ByteSource, entry: TensorEntry): Promise<Float32Array> {
  const bytes = await readRows(source, entry, { first: 0, count: entry.shape[0] ?? 1 });
  return decodeStored(bytes, storedDtype(entry));
}

/**
 * Some rows' bytes, as they are stored.
 *
 * @throws Fault "bad-file" for a stored type that cannot be read, or if other than the rows' bytes came
 */
export async function readRows(
  source: ByteSource,
  entry: TensorEntry,
  rows: RowRange,
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  const rowBytes = storedRowBytes(entry);
  const needed = rows.count * rowBytes;
  const start = entry.startByte + rows.first * rowBytes;
  const bytes = await source.slice(start, start + needed, signal);
  if (bytes.byteLength === needed) return bytes;
  throw new Fault(
    "damaged-file",
    `checkpoint: tensor ${shownName(entry.name)} came with ${bytes.byteLength} of its ${needed} bytes`,
  );
}

/** @throws Fault "bad-file" for a stored type that cannot be read */
export function storedRowBytes(entry: TensorEntry): number {
  return bytesOfValues(
    storedDtype(entry),
    entry.shape.slice(1).reduce((count, size) => count * size, 1),
  );
}

/** What so many values of one row take. */
export function bytesOfValues(dtype: StoredDtype, count: number): number {
  const { values, bytes } = ggmlTypeNamed(dtype)!;
  return (count / values) * bytes;
}

/** @throws Fault "bad-file" for a stored type that cannot be read */
export function storedDtype({ name, dtype }: Pick<TensorEntry, "name" | "dtype">): StoredDtype {
  if (isStored(dtype)) return dtype;
  throw new Fault(
    "bad-file",
    `checkpoint: tensor ${shownName(name)} is stored as ${shownName(dtype)}; F32, F16 and BF16 can be read: ${FLOATS.test(dtype) ? CAST : ORIGIN}`,
  );
}

/** Numbers with a fraction, of another width: F64, F8_E4M3. */
const FLOATS = /^F\d/;
const ORIGIN = "open the checkpoint that it was made from, or a GGUF file of the model";
const CAST =
  "open a copy in F32, which transformers makes: AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).save_pretrained(copy), or a GGUF file of the model";

/** Stored bytes as numbers. Of the plain types exactly: each is a subset of float32. */
export function decodeStored(bytes: ArrayBuffer, dtype: StoredDtype): Float32Array {
  if (isBlockType(dtype)) return decodeBlocks(new Uint8Array(bytes), dtype);
  if (dtype === "F32") return new Float32Array(bytes);
  return dtype === "F16" ? decodeFloat16(new Uint16Array(bytes)) : decodeBfloat16(new Uint16Array(bytes));
}

export const isPlain = (dtype: string): dtype is PlainType => PLAIN_TYPES.some((plain) => plain === dtype);
export const isStored = (dtype: string): dtype is StoredDtype => isPlain(dtype) || isBlockType(dtype);
