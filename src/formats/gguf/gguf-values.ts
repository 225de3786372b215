import { Fault } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";
import type { ByteReader } from "./byte-reader.ts";

/** A text, as its bytes where these are no UTF-8: some vocabularies have tokens of single bytes. */
export type GgufText = string | Uint8Array;
/** A single value of a file; a whole number of 64 bits is a bigint where a number cannot hold it. */
export type GgufScalar = number | bigint | boolean | GgufText;
export type GgufValue = GgufScalar | readonly GgufValue[];

/** The largest texts are tokenizers that are kept in the file, of up to 35 MB. */
const MAX_TEXT_BYTES = 64_000_000;
/** The longest lists are of merges: some 500,000 in the vocabularies of 256,000 tokens. */
const MAX_LIST = 1_000_000;
/** A vocabulary is four lists as long as it. */
const MAX_VALUES = 4_000_000;
/** No key that anybody writes has a list of lists of lists. */
const MAX_DEPTH = 4;

const SCALARS = ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "text", "list", "u64", "i64", "f64"] as const;
/** What a value of each type takes in the file at least: none of a list is made before there are bytes for it. */
const LEAST_BYTES = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  text: 8,
  list: 12,
  u64: 8,
  i64: 8,
  f64: 8,
};

/** A fault of a GGUF file, named at the head of its sentence. */
export const damagedGguf = (file: string, found: string) => new Fault("damaged-file", `gguf: ${file} ${found}`);

/** Reads the values of one header, and counts them. */
export class ValueReader {
  readonly #reader: ByteReader;
  readonly #file: string;
  /** Bytes of the file from its start on, which no header can exceed. */
  readonly #fileBytes: number;
  #values = 0;

  constructor(reader: ByteReader, file: string, fileBytes: number) {
    this.#reader = reader;
    this.#file = file;
    this.#fileBytes = fileBytes;
  }

  /** @throws Fault "damaged-file" for a type that there is not and for what exceeds its limit */
  value(key: string): GgufValue {
    return this.#value(this.#type(key), key, 1);
  }

  /** A name of a key or a tensor. @throws Fault "damaged-file" if it is no UTF-8 */
  name(what: string): string {
    const text = this.text(what);
    if (typeof text === "string") return text;
    throw this.bad(`has a name that is no UTF-8 for ${what}`);
  }

  text(of: string): GgufText {
    const length = this.count(of, "bytes of text", MAX_TEXT_BYTES, 1);
    const bytes = this.#reader.bytes(length);
    try {
      return UTF8.decode(bytes);
    } catch {
      return bytes.slice();
    }
  }

  /**
   * A 64-bit count of things that the file goes on with.
   *
   * @param leastBytes that one of them takes in the file
   */
  count(of: string, what: string, limit: number, leastBytes: number): number {
    const count = this.#reader.u64();
    if (count > limit) throw this.bad(`claims ${count} ${what} for ${shownName(of)}; at most ${limit} can be read`);
    if (this.#reader.at + Number(count) * leastBytes > this.#fileBytes) {
      throw this.bad(
        `claims ${count} ${what} for ${shownName(of)}, more than its ${this.#fileBytes} bytes have room for; the file is truncated or its header wrong`,
      );
    }
    return Number(count);
  }

  bad(found: string): Fault {
    return damagedGguf(this.#file, found);
  }

  #type(key: string): (typeof SCALARS)[number] {
    const id = this.#reader.u32();
    const type = SCALARS[id];
    if (type) return type;
    throw this.bad(`has a value of type ${id} for ${shownName(key)}; there are types 0 to ${SCALARS.length - 1}`);
  }

  #value(type: (typeof SCALARS)[number], key: string, depth: number): GgufValue {
    if (++this.#values > MAX_VALUES) throw this.bad(`has more than ${MAX_VALUES} values; no more can be read`);
    if (type === "text") return this.text(key);
    if (type === "bool") return this.#flag(key);
    return type === "list" ? this.#list(key, depth) : this.#reader[type]();
  }

  #flag(key: string): boolean {
    const byte = this.#reader.u8();
    if (byte > 1) throw this.bad(`has ${shown(byte)} as the yes or no of ${shownName(key)}; 0 or 1 is needed`);
    return byte === 1;
  }

  #list(key: string, depth: number): readonly GgufValue[] {
    if (depth > MAX_DEPTH)
      throw this.bad(`has lists in lists in ${shownName(key)}; at most ${MAX_DEPTH} deep are read`);
    const type = this.#type(key);
    const count = this.count(key, "values", MAX_LIST, LEAST_BYTES[type]);
    const list: GgufValue[] = [];
    for (let index = 0; index < count; index++) list.push(this.#value(type, key, depth + 1));
    return list;
  }
}

/** A mark of byte order is a character like others: two tokens can differ in it alone. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
