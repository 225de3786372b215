import { Fault } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";
import type { ByteSource } from "./byte-source.ts";
import { isBlockType } from "./gguf/blocks.ts";
import { foreignFile, textInstead } from "./other-formats.ts";
import { bytesOfValues, isPlain } from "./stored.ts";
import type { TensorEntry } from "./stored.ts";

/** The format's own cap on the header; a longer one is malformed or hostile. */
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
/** Weights have one or two axes, masks four; PyTorch itself stops at 64. */
const MAX_AXES = 64;
/** The largest checkpoints, of hundreds of experts, have below 10^5 tensors over all files. */
const MAX_TENSORS = 1_000_000;

/**
 * Reads the table of tensors: an 8-byte little-endian length, then that many bytes of JSON. Every offset is held against
 * the file's real length, every length against its shape, so that a header that lies is found before a byte of data is read.
 *
 * @throws Fault "bad-file" naming the file and what does not fit
 */
export async function readSafetensorsHeader(source: ByteSource, file: string): Promise<TensorEntry[]> {
  if (source.byteLength < LENGTH_BYTES) {
    throw bad(file, `has ${source.byteLength} bytes, the header length alone takes ${LENGTH_BYTES}`);
  }
  const declared = new DataView(await source.slice(0, LENGTH_BYTES)).getBigUint64(0, true);
  const room = Math.min(source.byteLength - LENGTH_BYTES, MAX_HEADER_BYTES);
  if (declared > BigInt(room)) {
    const foreign = (await foreignFile(source)) ?? (await textInstead(source));
    if (foreign) throw new Fault("other-format", `safetensors: ${file} ${foreign}`);
    throw bad(
      file,
      `header length ${declared} exceeds the ${room} bytes there is room for; the file is truncated or not safetensors`,
    );
  }
  const dataStart = LENGTH_BYTES + Number(declared);
  const header = parseJson(await source.slice(LENGTH_BYTES, dataStart), file);
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__");
  if (tensors.length > MAX_TENSORS)
    throw bad(file, `has ${tensors.length} tensors; at most ${MAX_TENSORS} can be read`);
  const dataBytes = source.byteLength - dataStart;
  const entries = tensors.map(([name, value]) => readEntry(name, value, { file, dataStart, dataBytes }));
  checkTiling(entries, file, dataStart, source.byteLength);
  return entries;
}

/**
 * The format lets no two tensors share a byte and leaves no byte between them or after the last. That is also what finds a
 * header with one name twice, of which JSON keeps only the second.
 */
function checkTiling(entries: readonly TensorEntry[], file: string, dataStart: number, fileEnd: number): void {
  let at = dataStart;
  let last = "the header";
  for (const { name, startByte, endByte } of entries.toSorted(
    (a, b) => a.startByte - b.startByte || a.endByte - b.endByte,
  )) {
    if (startByte < at) {
      throw bad(file, `tensors ${last} and ${shownName(name)} share ${at - startByte} bytes; each needs its own`);
    }
    if (startByte > at) {
      throw bad(file, `leaves ${startByte - at} bytes between ${last} and ${shownName(name)}; the format has no gaps`);
    }
    at = endByte;
    last = shownName(name);
  }
  if (at < fileEnd) throw bad(file, `has ${fileEnd - at} bytes after ${last} that belong to no tensor`);
}

function parseJson(bytes: ArrayBuffer, file: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof header === "object" && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch (cause) {
    throw bad(file, `header is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  throw bad(file, "header is not a JSON object of tensors");
}

interface Room {
  readonly file: string;
  readonly dataStart: number;
  readonly dataBytes: number;
}

function readEntry(name: string, value: unknown, { file, dataStart, dataBytes }: Room): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw bad(file, `tensor ${shownName(name)} has no dtype, shape and data_offsets of the right kind`);
  }
  if (shape.length > MAX_AXES) {
    throw bad(file, `tensor ${shownName(name)} has ${shape.length} axes; at most ${MAX_AXES} can be read`);
  }
  const [start, end] = offsets as [number, number];
  if (start > end || end > dataBytes) {
    throw bad(
      file,
      `tensor ${shownName(name)} claims bytes ${start} to ${end} of ${dataBytes}; the file is truncated or its header wrong`,
    );
  }
  if (isBlockType(dtype)) {
    throw bad(file, `tensor ${shownName(name)} is stored as ${dtype}, a type of GGUF's that safetensors does not have`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const needed = isPlain(dtype) ? bytesOfValues(dtype, count) : end - start;
  if (needed !== end - start) {
    throw bad(
      file,
      `tensor ${shownName(name)} of shape ${shown(shape)} needs ${needed} bytes as ${dtype}, its offsets give ${end - start}`,
    );
  }
  return { name, dtype, shape, startByte: dataStart + start, endByte: dataStart + end };
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
const bad = (file: string, found: string) => new Fault("damaged-file", `safetensors: ${file} ${found}`);
