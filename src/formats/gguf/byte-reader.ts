/** Asks for more of the file: the first `needed` bytes of it, at least. */
export class MoreBytesNeeded extends Error {
  readonly needed: number;

  constructor(needed: number) {
    super(`${needed} bytes are needed`);
    this.needed = needed;
  }
}

/** Reads little-endian values one after the other from the beginning of a file, as far as that is at hand. */
export class ByteReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next value begins. */
  get at(): number {
    return this.#at;
  }

  u8 = () => this.#view.getUint8(this.#take(1));
  i8 = () => this.#view.getInt8(this.#take(1));
  u16 = () => this.#view.getUint16(this.#take(2), true);
  i16 = () => this.#view.getInt16(this.#take(2), true);
  u32 = () => this.#view.getUint32(this.#take(4), true);
  i32 = () => this.#view.getInt32(this.#take(4), true);
  f32 = () => this.#view.getFloat32(this.#take(4), true);
  f64 = () => this.#view.getFloat64(this.#take(8), true);
  /** A number where a number has room for it, and exact beyond as well. */
  u64 = () => narrowed(this.#view.getBigUint64(this.#take(8), true));
  i64 = () => narrowed(this.#view.getBigInt64(this.#take(8), true));

  /** A view of the next `count` bytes, not a copy. */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    const start = this.#take(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** @throws MoreBytesNeeded */
  #take(count: number): number {
    const start = this.#at;
    if (start + count > this.#bytes.length) throw new MoreBytesNeeded(start + count);
    this.#at += count;
    return start;
  }
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
