import { isObject } from "./token-names.ts";
import type { Json } from "./token-names.ts";

/**
 * How one token of a vocabulary reads, by itself. Decoding is no way to find out: it drops a leading space and makes a
 * replacement character of half a letter.
 */
export type Spelling = "bytes" | "sentencepiece" | "plain";

/** Told by the decoder: byte-level vocabularies have one of their own, SentencePiece's writes ▁ back as a space. */
export function spellingOf({ decoder }: Json): Spelling {
  const { decoders } = isObject(decoder) ? decoder : {};
  const steps = [decoder, ...(Array.isArray(decoders) ? (decoders as unknown[]) : [])].filter(isObject);
  if (steps.some(({ type }) => type === "ByteLevel")) return "bytes";
  const isSpace = ({ type, pattern }: Json) => type === "Metaspace" || (isObject(pattern) && pattern["String"] === "▁");
  return steps.some(isSpace) ? "sentencepiece" : "plain";
}

/** A token as text: spaces are spaces, a byte that is no letter by itself stands as `<0xC3>`. */
export function spelled(token: string, spelling: Spelling): string {
  switch (spelling) {
    case "bytes": {
      const bytes = Array.from(token, (character) => BYTE_OF.get(character));
      return bytes.every((byte) => byte !== undefined) ? textOfBytes(bytes) : token;
    }
    case "sentencepiece":
      return token.replaceAll("▁", " ");
    case "plain":
      return token;
    default:
      throw new Error(`token: unknown spelling ${String(spelling satisfies never)}`);
  }
}

/**
 * Byte-level vocabularies write each byte as one character: those of Latin-1 that can be seen as themselves, the other 68,
 * in order, as the characters from U+0100 on.
 */
const BYTE_OF: ReadonlyMap<string, number> = (() => {
  const isSeen = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  let unseen = 0;
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [String.fromCodePoint(isSeen(byte) ? byte : 0x100 + unseen++), byte]),
  );
})();

/** UTF-8, with every byte that belongs to no whole character by its number. */
function textOfBytes(bytes: readonly number[]): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    text += length === 0 ? byteName(bytes[at]!) : UTF8.decode(Uint8Array.from(bytes.slice(at, at + length)));
    at += Math.max(1, length);
  }
  return text;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const byteName = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;

/** Bytes of the character that begins at `at`; 0 if none does. */
function characterLength(bytes: readonly number[], at: number): number {
  for (const length of [1, 2, 3, 4]) {
    if (at + length > bytes.length) return 0;
    try {
      UTF8.decode(Uint8Array.from(bytes.slice(at, at + length)));
      return length;
    } catch {
      // not a whole character yet
    }
  }
  return 0;
}
