import { Fault } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";
import type { ByteSource } from "../byte-source.ts";
import { foreignFile, textInstead } from "../other-formats.ts";
import { ByteReader, MoreBytesNeeded } from "./byte-reader.ts";
import { ggmlType, isRepacked } from "./ggml-types.ts";
import { ValueReader, damagedGguf } from "./gguf-values.ts";
import type { GgufValue } from "./gguf-values.ts";

/** Where one tensor lies in its file. */
export interface GgufTensor {
  /** As ggml calls it: `Q4_K`. */
  readonly type: string;
  /** Outermost axis first, as safetensors has it: [outputs, inputs] for a linear layer. */
  readonly shape: readonly number[];
  /** Where it begins, counted from the file's start. */
  readonly offset: number;
  readonly bytes: number;
}

export interface Gguf {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const MAGIC = Array.from("GGUF", (letter) => letter.charCodeAt(0));
const VERSIONS: readonly number[] = [2, 3];
/** The limit of a safetensors file's header; the largest headers here, of a tokenizer of 260,000 tokens kept twice, have some 50 MB. */
const MAX_HEADER_BYTES = 100_000_000;
/** Enough for what is not the vocabulary; each further read is as large as all before. */
const FIRST_READ_BYTES = 2 ** 20;
const MAX_KEYS = 100_000;
/** The limit of a safetensors file. */
const MAX_TENSORS = 1_000_000;
/** ggml itself has four. */
const MAX_AXES = 8;
const MAX_AXIS = 2 ** 32;
/** A key takes its length, its type and one byte of value at least; a tensor its name's length, one axis, its type and its offset. */
const LEAST_KEY_BYTES = 13;
const LEAST_TENSOR_BYTES = 24;
const DEFAULT_ALIGNMENT = 32;
const MAX_ALIGNMENT = 2 ** 20;

/**
 * Reads a file's metadata and its table of tensors. Every count is held against the bytes that are left, every tensor against the
 * file's length and its neighbours, so that a header that lies is found before a byte of data is read.
 *
 * @throws Fault "damaged-file" naming the file and what does not fit, "other-format" for what is no GGUF of a version that is read
 */
export async function readGguf(source: ByteSource, file: string): Promise<Gguf> {
  const limit = Math.min(source.byteLength, MAX_HEADER_BYTES);
  let bytes = await extended(new Uint8Array(0), source, Math.min(FIRST_READ_BYTES, limit));
  if (!isGguf(bytes)) throw await foreign(source, file);
  for (;;) {
    const read = attempt(bytes, file, source.byteLength);
    if ("metadata" in read) return read;
    if (read.needed > limit) throw damagedGguf(file, endsEarly(source.byteLength));
    bytes = await extended(bytes, source, Math.min(Math.max(read.needed, 2 * bytes.length), limit));
  }
}

/** @returns how many bytes it takes to get on, where these are too few */
function attempt(bytes: Uint8Array<ArrayBuffer>, file: string, fileBytes: number): Gguf | MoreBytesNeeded {
  try {
    return parse(bytes, file, fileBytes);
  } catch (reason) {
    if (reason instanceof MoreBytesNeeded) return reason;
    throw reason;
  }
}

const endsEarly = (fileBytes: number) =>
  fileBytes > MAX_HEADER_BYTES
    ? `has a header of more than ${MAX_HEADER_BYTES} bytes; no longer one can be read`
    : `ends within its header, at ${fileBytes} bytes; the file is truncated`;

/** The file's first `length` bytes: those at hand, and as many more as are missing. */
async function extended(bytes: Uint8Array, source: ByteSource, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(length);
  all.set(bytes);
  const more = await source.slice(bytes.length, length);
  all.set(new Uint8Array(more), bytes.length);
  return all;
}

export const isGguf = (bytes: Uint8Array) => MAGIC.every((byte, place) => bytes[place] === byte);

async function foreign(source: ByteSource, file: string): Promise<Fault> {
  const instead = (await foreignFile(source)) ?? (await textInstead(source));
  return new Fault("other-format", `gguf: ${file} ${instead ?? "does not begin with GGUF, as a GGUF file does"}`);
}

/** @throws MoreBytesNeeded besides */
function parse(bytes: Uint8Array<ArrayBuffer>, file: string, fileBytes: number): Gguf {
  const reader = new ByteReader(bytes);
  const values = new ValueReader(reader, file, fileBytes);
  reader.bytes(MAGIC.length);
  const version = reader.u32();
  if (!VERSIONS.includes(version)) throw new Fault("other-format", `gguf: ${file} ${wrongVersion(version)}`);
  const tensorCount = values.count("the file", "tensors", MAX_TENSORS, LEAST_TENSOR_BYTES);
  const keyCount = values.count("the file", "keys", MAX_KEYS, LEAST_KEY_BYTES);
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < keyCount; index++) {
    const key = values.name(`key ${index + 1}`);
    if (metadata.has(key)) throw damagedGguf(file, `has the key ${shownName(key)} twice; each can be there once`);
    metadata.set(key, values.value(key));
  }
  const infos = new Map<string, TensorInfo>();
  for (let index = 0; index < tensorCount; index++) {
    const name = values.name(`tensor ${index + 1}`);
    if (infos.has(name)) throw damagedGguf(file, `has tensor ${shownName(name)} twice; each can be there once`);
    infos.set(name, readInfo(reader, file, name));
  }
  const alignment = alignmentOf(metadata, file);
  const dataStart = Math.ceil(reader.at / alignment) * alignment;
  const tensors = new Map(
    [...infos].map(([name, info]) => [name, placed(name, info, { file, fileBytes, dataStart, alignment })]),
  );
  checkOverlaps(tensors, file);
  return { version, metadata, tensors };
}

function wrongVersion(version: number): string {
  const swapped = [24, 16, 8, 0].reduce((sum, shift, place) => sum + ((version >>> (8 * place)) & 255) * 2 ** shift, 0);
  const found = VERSIONS.includes(swapped)
    ? `version ${swapped} with its bytes in big-endian order`
    : `version ${version}`;
  return `is GGUF of ${found}; versions ${VERSIONS.join(" and ")} in little-endian order can be read: convert the model anew with llama.cpp`;
}

interface TensorInfo {
  readonly typeId: number;
  readonly shape: readonly number[];
  readonly offset: number | bigint;
}

/** The file has the innermost axis first. */
function readInfo(reader: ByteReader, file: string, name: string): TensorInfo {
  const axes = reader.u32();
  if (axes === 0 || axes > MAX_AXES) {
    throw damagedGguf(file, `tensor ${shownName(name)} has ${axes} axes; 1 to ${MAX_AXES} can be read`);
  }
  const shape = Array.from({ length: axes }, () => {
    const size = reader.u64();
    if (size >= 1 && size <= MAX_AXIS) return Number(size);
    throw damagedGguf(file, `tensor ${shownName(name)} has an axis of ${size}; 1 to ${MAX_AXIS} can be read`);
  });
  return { shape: shape.reverse(), typeId: reader.u32(), offset: reader.u64() };
}

function alignmentOf(metadata: ReadonlyMap<string, GgufValue>, file: string): number {
  const alignment = metadata.get("general.alignment") ?? DEFAULT_ALIGNMENT;
  if (
    typeof alignment === "number" &&
    alignment >= 1 &&
    alignment <= MAX_ALIGNMENT &&
    Number.isInteger(Math.log2(alignment))
  ) {
    return alignment;
  }
  throw damagedGguf(
    file,
    `has a general.alignment of ${shown(alignment)}; a power of two up to ${MAX_ALIGNMENT} is needed`,
  );
}

interface Room {
  readonly file: string;
  readonly fileBytes: number;
  readonly dataStart: number;
  readonly alignment: number;
}

function placed(name: string, info: TensorInfo, { file, fileBytes, dataStart, alignment }: Room): GgufTensor {
  const type = ggmlType(info.typeId);
  if (!type) {
    const found = isRepacked(info.typeId) ? "repacked for one processor" : "which is not known";
    throw new Fault(
      "other-format",
      `gguf: ${file} tensor ${shownName(name)} is stored as type ${info.typeId} of ggml, ${found}; a file in another type is needed, as Q8_0 or Q4_K_M`,
    );
  }
  const columns = info.shape.at(-1)!;
  if (columns % type.values !== 0) {
    throw damagedGguf(
      file,
      `tensor ${shownName(name)} has rows of ${columns} values, ${type.name} has blocks of ${type.values}; whole blocks are needed`,
    );
  }
  const bytes = (info.shape.reduce((count, size) => count * size, 1) / type.values) * type.bytes;
  const offset = dataStart + Number(info.offset);
  if (!(offset + bytes <= fileBytes)) {
    throw damagedGguf(
      file,
      `tensor ${shownName(name)} of shape ${shown(info.shape)} needs ${bytes} bytes as ${type.name} from byte ${offset} on, the file has ${fileBytes}; it is truncated or its header wrong`,
    );
  }
  if (Number(info.offset) % alignment !== 0) {
    throw damagedGguf(file, `tensor ${shownName(name)} begins at ${info.offset}, which is no multiple of ${alignment}`);
  }
  return { type: type.name, shape: info.shape, offset, bytes };
}

function checkOverlaps(tensors: ReadonlyMap<string, GgufTensor>, file: string): void {
  const byPlace = [...tensors].sort(([, a], [, b]) => a.offset - b.offset);
  byPlace.reduce<readonly [string, number]>(
    ([last, end], [name, { offset, bytes }]) => {
      if (offset >= end) return [shownName(name), offset + bytes];
      throw damagedGguf(file, `tensors ${last} and ${shownName(name)} share ${end - offset} bytes; each needs its own`);
    },
    ["", 0],
  );
}
