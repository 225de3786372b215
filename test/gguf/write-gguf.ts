import { ggmlType } from "#formats/gguf/ggml-types.ts";

const TYPES = ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "text", "list", "u64", "i64", "f64"] as const;
type ScalarType = Exclude<(typeof TYPES)[number], "list">;
type Scalar = number | bigint | boolean | string | Uint8Array;

/** A value with the type that it is written as: ["u32", 5], ["list", "text", ["a", "b"]]. */
export type TypedValue =
  | readonly [type: ScalarType, value: Scalar]
  | readonly [type: "list", of: ScalarType, values: readonly Scalar[]]
  | readonly [type: "list", of: "list", values: readonly TypedValue[]];

export interface WrittenTensor {
  readonly name: string;
  /** ggml's number of the type. */
  readonly type: number;
  /** Outermost axis first; the file has them the other way round. */
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  /** Where it is said to begin, in place of where it does. */
  readonly offset?: bigint;
}

export interface WrittenGguf {
  readonly version?: number;
  readonly alignment?: number;
  readonly metadata?: Readonly<Record<string, TypedValue>> | readonly (readonly [string, TypedValue])[];
  readonly tensors?: readonly WrittenTensor[];
}

/** A file of the format, written from its definition. */
export function ggufFile({ version = 3, alignment = 32, metadata = {}, tensors = [] }: WrittenGguf): Uint8Array {
  const entries = Array.isArray(metadata) ? metadata : Object.entries(metadata);
  const header = new Writer();
  header.raw(new TextEncoder().encode("GGUF"));
  header.scalar("u32", version);
  header.scalar("u64", BigInt(tensors.length));
  header.scalar("u64", BigInt(entries.length));
  for (const [key, value] of entries as readonly (readonly [string, TypedValue])[]) {
    header.scalar("text", key);
    header.typed(value);
  }
  let offset = 0;
  const places = tensors.map(({ data }) => {
    const place = offset;
    offset = Math.ceil((offset + data.length) / alignment) * alignment;
    return place;
  });
  tensors.forEach(({ name, shape, type, offset: said }, index) => {
    header.scalar("text", name);
    header.scalar("u32", shape.length);
    for (const size of shape.toReversed()) header.scalar("u64", BigInt(size));
    header.scalar("u32", type);
    header.scalar("u64", said ?? BigInt(places[index]!));
  });
  const dataStart = Math.ceil(header.length / alignment) * alignment;
  const file = new Uint8Array(dataStart + offset);
  header.copyTo(file);
  tensors.forEach(({ data }, index) => file.set(data, dataStart + places[index]!));
  return file;
}

/** A tensor of nothing but zeros: four numbers in F32 where nothing else is said. */
export const zeros = (name: string, type = 0, shape: readonly number[] = [4]): WrittenTensor => ({
  name,
  type,
  shape,
  data: new Uint8Array(bytesOfType(type, shape)),
});

/** How many bytes a tensor of a type takes. */
export function bytesOfType(type: number, shape: readonly number[]): number {
  const { values, bytes } = ggmlType(type)!;
  return (shape.reduce((count, size) => count * size, 1) / values) * bytes;
}

class Writer {
  readonly #pieces: Uint8Array[] = [];
  length = 0;

  raw(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.length += bytes.length;
  }

  copyTo(file: Uint8Array): void {
    let at = 0;
    for (const piece of this.#pieces) {
      file.set(piece, at);
      at += piece.length;
    }
  }

  typed(value: TypedValue): void {
    this.scalar("u32", TYPES.indexOf(value[0]));
    if (value[0] === "list") this.#list(value);
    else this.scalar(value[0], value[1]);
  }

  #list(value: Extract<TypedValue, readonly ["list", ...unknown[]]>): void {
    const [, of, values] = value;
    this.scalar("u32", TYPES.indexOf(of));
    this.scalar("u64", BigInt(values.length));
    if (of === "list")
      for (const each of values) this.#list(each as Extract<TypedValue, readonly ["list", ...unknown[]]>);
    else for (const each of values) this.scalar(of, each);
  }

  scalar(type: ScalarType, value: Scalar): void {
    if (type === "text") {
      const bytes = value instanceof Uint8Array ? value : new TextEncoder().encode(String(value));
      this.scalar("u64", BigInt(bytes.length));
      this.raw(bytes);
      return;
    }
    const view = new DataView(new ArrayBuffer(8));
    const size = WRITE[type](view, value as number | bigint);
    this.raw(new Uint8Array(view.buffer, 0, size));
  }
}

/** Writes at the beginning. @returns how many bytes it took */
const WRITE: Readonly<Record<Exclude<ScalarType, "text">, (view: DataView, value: number | bigint) => number>> = {
  u8: (view, value) => (view.setUint8(0, Number(value)), 1),
  i8: (view, value) => (view.setInt8(0, Number(value)), 1),
  bool: (view, value) => (view.setUint8(0, Number(value)), 1),
  u16: (view, value) => (view.setUint16(0, Number(value), true), 2),
  i16: (view, value) => (view.setInt16(0, Number(value), true), 2),
  u32: (view, value) => (view.setUint32(0, Number(value), true), 4),
  i32: (view, value) => (view.setInt32(0, Number(value), true), 4),
  f32: (view, value) => (view.setFloat32(0, Number(value), true), 4),
  u64: (view, value) => (view.setBigUint64(0, BigInt(value), true), 8),
  i64: (view, value) => (view.setBigInt64(0, BigInt(value), true), 8),
  f64: (view, value) => (view.setFloat64(0, Number(value), true), 8),
};
