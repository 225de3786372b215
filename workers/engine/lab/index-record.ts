import type { LayerIndex } from "#analysis/search/token-index.ts";

/** "AIDX" as a little-endian number. */
const MAGIC = 0x58444941;
/** Version of the layout below and of what its numbers mean: a new one makes older records unreadable, which is its purpose. */
const VERSION = 1;
/** magic, version, checksum, fingerprint, layer, neurons, depth: seven 32-bit numbers. */
const HEADER_WORDS = 7;

/** What a record is about; a record about anything else is not read. */
export interface RecordOf {
  /** Model and precision. */
  readonly fingerprint: string;
  readonly layer: number;
  readonly neurons: number;
  readonly depth: number;
}

/** A layer of the index as bytes: a header, then top ids, top logits, bottom ids, bottom logits, in the machine's byte order. */
export function encodeLayer(index: LayerIndex, fingerprint: string): Uint8Array<ArrayBuffer> {
  const size = index.neurons * index.depth;
  const words = new Uint32Array(HEADER_WORDS + 4 * size);
  const body = [index.topIds, index.topLogits, index.bottomIds, index.bottomLogits];
  body.forEach((values, place) => words.set(asWords(values), HEADER_WORDS + place * size));
  const { layer, neurons, depth } = index;
  words.set([MAGIC, VERSION, checksum(words.subarray(HEADER_WORDS)), hashText(fingerprint), layer, neurons, depth]);
  return new Uint8Array(words.buffer);
}

/** @returns undefined for bytes that are damaged, of another version or about something else */
export function decodeLayer(
  bytes: Uint8Array,
  { fingerprint, layer, neurons, depth }: RecordOf,
): LayerIndex | undefined {
  const size = neurons * depth;
  if (bytes.byteLength !== 4 * (HEADER_WORDS + 4 * size)) return undefined;
  // a copy, where the bytes do not begin at a multiple of four
  const words = new Uint32Array(bytes.byteOffset % 4 === 0 ? bytes.buffer : bytes.slice().buffer);
  const at = bytes.byteOffset % 4 === 0 ? bytes.byteOffset / 4 : 0;
  const body = words.subarray(at + HEADER_WORDS, at + HEADER_WORDS + 4 * size);
  const wanted = [MAGIC, VERSION, checksum(body), hashText(fingerprint), layer, neurons, depth];
  if (wanted.some((word, place) => words[at + place] !== word)) return undefined;
  const part = (place: number) => body.slice(place * size, (place + 1) * size);
  const floats = (place: number) => new Float32Array(part(place).buffer);
  return {
    layer,
    neurons,
    depth,
    topIds: part(0),
    topLogits: floats(1),
    bottomIds: part(2),
    bottomLogits: floats(3),
  };
}

const asWords = ({ buffer, byteOffset, length }: Uint32Array | Float32Array) =>
  new Uint32Array(buffer, byteOffset, length);

/** FNV-1a over 32-bit words: finds damage, is no defence against malice; who can write here can do worse. */
function checksum(words: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  return hash >>> 0;
}

/** A checksum of a text's characters. */
export const hashText = (text: string) => checksum(Uint32Array.from(text, (character) => character.codePointAt(0)!));
