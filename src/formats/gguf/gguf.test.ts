import { randomCheckpoint } from "#test/checkpoints.ts";
import { converted } from "#test/gguf/converted.ts";
import { GGUF_VARIANTS } from "#test/gguf/variants.ts";
import { ggufFile, zeros as tensor } from "#test/gguf/write-gguf.ts";
import type { TypedValue, WrittenGguf } from "#test/gguf/write-gguf.ts";
import { gguf as huggingFace } from "@huggingface/gguf";
import { describe, expect, test } from "vitest";
import { memorySource } from "../byte-source.ts";
import type { ByteSource } from "../byte-source.ts";
import { ggmlType } from "./ggml-types.ts";
import { readGguf } from "./gguf.ts";

const F32 = 0;
const Q8_0 = 8;
const Q4_K = 12;

const read = (file: WrittenGguf) => readGguf(memorySource(ggufFile(file)), "a.gguf");
const readBytes = (bytes: Uint8Array) => readGguf(memorySource(bytes), "a.gguf");

/** One value of each type, at the edge of what the type holds. */
const EVERY_TYPE = {
  "general.architecture": ["text", "llama"],
  "of.u8": ["u8", 255],
  "of.i8": ["i8", -128],
  "of.u16": ["u16", 65_535],
  "of.i16": ["i16", -32_768],
  "of.u32": ["u32", 4_294_967_295],
  "of.i32": ["i32", -2_147_483_648],
  "of.f32": ["f32", 0.1],
  "of.f64": ["f64", 0.1],
  "of.yes": ["bool", true],
  "of.no": ["bool", false],
  "of.u64": ["u64", 2n ** 64n - 1n],
  "of.i64": ["i64", -(2n ** 63n)],
  "small.u64": ["u64", 7n],
  "no.text": ["text", ""],
  "a.list": ["list", "i32", [1, -2, 3]],
  "no.list": ["list", "f32", []],
  texts: ["list", "text", ["a", "▁b", "\u{1F600}"]],
  lists: [
    "list",
    "list",
    [
      ["list", "u8", [1]],
      ["list", "text", ["x"]],
    ],
  ],
} satisfies Record<string, TypedValue>;

describe("a file", () => {
  test("as the format's own words have it, byte by byte", async () => {
    const text = (letters: string) => [letters.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(letters)];
    // GGUF, version 3, one tensor, one key; k is a u32, 42; w has 2 axes, innermost first: 3 rows of 32, as Q8_0, from the data's beginning
    const counts = [0x47, 0x47, 0x55, 0x46, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    const key = [...text("k"), 4, 0, 0, 0, 42, 0, 0, 0];
    const axes = [2, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0];
    const bytes = [...counts, ...key, ...text("w"), ...axes, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(bytes).toHaveLength(82);
    const { version, metadata, tensors } = await readBytes(Uint8Array.from([...bytes, ...Array(14 + 102).fill(0)]));
    expect({ version, metadata: [...metadata], tensors: [...tensors] }).toEqual({
      version: 3,
      metadata: [["k", 42]],
      tensors: [["w", { type: "Q8_0", shape: [3, 32], offset: 96, bytes: 3 * 34 }]],
    });
  });

  test("gives values of every type", async () => {
    const { metadata } = await read({ metadata: EVERY_TYPE });
    expect(Object.fromEntries(metadata)).toEqual({
      "general.architecture": "llama",
      "of.u8": 255,
      "of.i8": -128,
      "of.u16": 65_535,
      "of.i16": -32_768,
      "of.u32": 4_294_967_295,
      "of.i32": -2_147_483_648,
      "of.f32": Math.fround(0.1),
      "of.f64": 0.1,
      "of.yes": true,
      "of.no": false,
      "of.u64": 2n ** 64n - 1n,
      "of.i64": -(2n ** 63n),
      "small.u64": 7,
      "no.text": "",
      "a.list": [1, -2, 3],
      "no.list": [],
      texts: ["a", "▁b", "\u{1F600}"],
      lists: [[1], ["x"]],
    });
  });

  test("keeps a mark of byte order, and bytes that are no text as bytes", async () => {
    const { metadata } = await read({
      metadata: { tokens: ["list", "text", ["a", "\uFEFFa", Uint8Array.of(0xff), Uint8Array.of(0xe2, 0x96)]] },
    });
    expect(metadata.get("tokens")).toEqual(["a", "\uFEFFa", Uint8Array.of(0xff), Uint8Array.of(0xe2, 0x96)]);
  });

  test.each([1, 8, 32, 4096])("whose data is aligned to %i", async (alignment) => {
    const metadata: Record<string, TypedValue> = { "general.alignment": ["u32", alignment] };
    const written = ggufFile({ alignment, metadata, tensors: [tensor("a", Q8_0, [32]), tensor("b")] });
    const { tensors } = await readBytes(written);
    const [a, b] = [tensors.get("a")!, tensors.get("b")!];
    expect(a.offset % alignment).toBe(0);
    expect(b.offset - a.offset).toBe(Math.ceil(34 / alignment) * alignment);
    expect(b.offset + b.bytes).toBeLessThanOrEqual(written.length);
  });

  test("of version 2 is read like one of version 3", async () => {
    const file = { metadata: EVERY_TYPE, tensors: [tensor("a")] };
    expect(await read({ ...file, version: 2 })).toEqual({ ...(await read(file)), version: 2 });
  });

  test("with a header of several reads is read in few, and no byte twice", async () => {
    const tokens = Array.from({ length: 200_000 }, (_, id) => `token ${id}`);
    const bytes = ggufFile({ metadata: { tokens: ["list", "text", tokens] }, tensors: [tensor("a")] });
    const ranges: [number, number][] = [];
    const inner = memorySource(bytes);
    const source: ByteSource = {
      byteLength: bytes.length,
      slice: (start, end) => (ranges.push([start, end]), inner.slice(start, end)),
    };
    const { metadata } = await readGguf(source, "a.gguf");
    expect(metadata.get("tokens")).toEqual(tokens);
    expect(ranges.length).toBeLessThanOrEqual(4);
    expect(ranges.slice(1).map(([start]) => start)).toEqual(ranges.slice(0, -1).map(([, end]) => end));
  });
});

/** What Hugging Face's own reader, which was written from the same definition by others, makes of a file. */
async function byHuggingFace(bytes: Uint8Array) {
  const ranged = (_: unknown, options?: RequestInit) => {
    const [, start, end] = /bytes=(\d+)-(\d+)/.exec(new Headers(options?.headers).get("range")!)!;
    return Promise.resolve(new Response(bytes.slice(Number(start), Number(end) + 1)));
  };
  return huggingFace("https://h.test/a.gguf", { fetch: ranged });
}

const everyType = Array.from({ length: 43 }, (_, id) => id).filter((id) => ggmlType(id));
const FIXTURES: readonly (readonly [string, Uint8Array])[] = [
  [
    "values and tensors of every type",
    ggufFile({ metadata: EVERY_TYPE, tensors: everyType.map((type) => tensor(`t.${type}`, type, [3, 256])) }),
  ],
  ["version 2", ggufFile({ version: 2, metadata: EVERY_TYPE, tensors: [tensor("a")] })],
  ...GGUF_VARIANTS.map(({ name, changes }) => [name, converted(randomCheckpoint(changes))] as const),
];

test.each(FIXTURES)("agrees with Hugging Face's reader on metadata and tensors: %s", async (_, bytes) => {
  const ours = await readBytes(bytes);
  const theirs = await byHuggingFace(bytes);
  const { version, tensor_count, kv_count, ...metadata } = theirs.metadata as unknown as Record<string, unknown>;
  expect(Number(version)).toBe(ours.version);
  expect(Number(tensor_count)).toBe(ours.tensors.size);
  expect(Number(kv_count)).toBe(ours.metadata.size);
  const narrowed = (value: unknown) =>
    typeof value === "bigint" && value < 2n ** 53n && value > -(2n ** 53n) ? Number(value) : value;
  expect(Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, narrowed(value)]))).toEqual(
    Object.fromEntries(ours.metadata),
  );
  expect(
    theirs.tensorInfos.map(({ name, shape, offset }) => [
      name,
      shape.map(Number).toReversed(),
      Number(offset) + Number(theirs.tensorDataOffset),
    ]),
  ).toEqual([...ours.tensors].map(([name, { shape, offset }]) => [name, shape, offset]));
  expect(theirs.tensorInfos.map(({ dtype }) => ggmlType(dtype)?.name)).toEqual(
    [...ours.tensors.values()].map(({ type }) => type),
  );
});

/** A file with some of its bytes changed. */
function withBytes(file: WrittenGguf, at: number, bytes: readonly number[]): Uint8Array {
  const written = ggufFile(file);
  written.set(bytes, at);
  return written;
}

const huge = [0, 0, 0, 0, 0, 0, 0, 1];
const WRONG: readonly (readonly [what: string, bytes: Uint8Array, code: string, sentence: string])[] = [
  ["an empty file", new Uint8Array(0), "other-format", "does not begin with GGUF"],
  ["a web page", new TextEncoder().encode("<!doctype html><title>Not found"), "other-format", "is a web page"],
  [
    "a file of its first letters",
    new TextEncoder().encode("GGUF"),
    "damaged-file",
    "ends within its header, at 4 bytes",
  ],
  ["version 1", ggufFile({ version: 1 }), "other-format", "is GGUF of version 1; versions 2 and 3"],
  ["big-endian order", withBytes({}, 4, [0, 0, 0, 3]), "other-format", "version 3 with its bytes in big-endian order"],
  ["2^56 tensors", withBytes({}, 8, huge), "damaged-file", "claims 72057594037927936 tensors"],
  ["2^56 keys", withBytes({}, 16, huge), "damaged-file", "claims 72057594037927936 keys"],
  ["more keys than bytes", withBytes({}, 16, [9]), "damaged-file", "claims 9 keys for the file, more than its"],
  [
    "a type of value that there is not",
    withBytes({ metadata: { k: ["u32", 1] } }, 33, [13]),
    "damaged-file",
    "has a value of type 13 for k; there are types 0 to 12",
  ],
  [
    "a yes that is neither",
    ggufFile({ metadata: { k: ["bool", 2] } }),
    "damaged-file",
    "has 2 as the yes or no of k; 0 or 1",
  ],
  [
    "a text beyond the file",
    withBytes({ metadata: { k: ["text", "abc"] } }, 37, [99]),
    "damaged-file",
    "claims 99 bytes of text for k, more than its",
  ],
  [
    "a list beyond the file",
    withBytes({ metadata: { k: ["list", "u32", [1]] } }, 41, [99]),
    "damaged-file",
    "claims 99 values for k, more than its",
  ],
  [
    "lists in lists in lists",
    ggufFile({ metadata: { k: nestedList(6) } }),
    "damaged-file",
    "has lists in lists in k; at most 4 deep",
  ],
  [
    "one key twice",
    ggufFile({
      metadata: [
        ["k", ["u8", 1]],
        ["k", ["u8", 2]],
      ],
    }),
    "damaged-file",
    "has the key k twice",
  ],
  ["one tensor twice", ggufFile({ tensors: [tensor("t"), tensor("t")] }), "damaged-file", "has tensor t twice"],
  [
    "a name that is no UTF-8",
    withBytes({ tensors: [tensor("t")] }, 32, [0xff]),
    "damaged-file",
    "has a name that is no UTF-8 for tensor 1",
  ],
  ["no axes", ggufFile({ tensors: [{ ...tensor("t"), shape: [] }] }), "damaged-file", "has 0 axes; 1 to 8"],
  [
    "an axis of nothing",
    ggufFile({ tensors: [{ ...tensor("t"), shape: [0] }] }),
    "damaged-file",
    "has an axis of 0; 1 to 4294967296",
  ],
  [
    "an alignment that is no power of two",
    ggufFile({ metadata: { "general.alignment": ["u32", 24] } }),
    "damaged-file",
    "general.alignment of 24; a power of two",
  ],
  [
    "an alignment that is text",
    ggufFile({ metadata: { "general.alignment": ["text", "32"] } }),
    "damaged-file",
    'general.alignment of "32"; a power of two',
  ],
  [
    "rows that are no whole blocks",
    ggufFile({ tensors: [{ ...tensor("t"), type: Q4_K, shape: [2, 128] }] }),
    "damaged-file",
    "has rows of 128 values, Q4_K has blocks of 256",
  ],
  [
    "data cut off",
    ggufFile({ tensors: [tensor("t", Q8_0, [64, 32])] }).slice(0, -7),
    "damaged-file",
    "needs 2176 bytes as Q8_0 from byte 96 on, the file has 2265",
  ],
  [
    "an offset beyond every number",
    ggufFile({ tensors: [{ ...tensor("t"), offset: 2n ** 64n - 32n }] }),
    "damaged-file",
    "it is truncated or its header wrong",
  ],
  [
    "an offset between steps",
    ggufFile({ tensors: [{ ...tensor("t", F32, [16]), offset: 8n }, tensor("u")] }),
    "damaged-file",
    "begins at 8, which is no multiple of 32",
  ],
  [
    "tensors that share bytes",
    ggufFile({ tensors: [tensor("t", F32, [16]), { ...tensor("u"), offset: 32n }] }),
    "damaged-file",
    "tensors t and u share 32 bytes",
  ],
  [
    "a repacked type",
    ggufFile({ tensors: [{ ...tensor("t"), type: 31 }] }),
    "other-format",
    "is stored as type 31 of ggml, repacked for one processor",
  ],
  [
    "a type of tomorrow",
    ggufFile({ tensors: [{ ...tensor("t"), type: 4711 }] }),
    "other-format",
    "is stored as type 4711 of ggml, which is not known",
  ],
];

function nestedList(depth: number): TypedValue & readonly ["list", ...unknown[]] {
  return depth === 0 ? ["list", "u8", [1]] : (["list", "list", [nestedList(depth - 1)]] as const);
}

test.each(WRONG)("%s is refused with what was found", async (_, bytes, code, sentence) => {
  await expect(readBytes(bytes)).rejects.toMatchObject({
    name: "Fault",
    code,
    message: expect.stringContaining(sentence) as string,
  });
});

test("a header that goes on beyond its limit is refused before it is read on", async () => {
  const long = 60_000_000;
  const number = (value: number) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24, 0, 0, 0, 0];
  const text = (name: string) => [...number(1), name.charCodeAt(0), 8, 0, 0, 0, ...number(long)];
  const counts = ggufFile({}).slice(0, 16);
  const written = [...counts, ...number(2), ...text("a")];
  let asked = 0;
  const source: ByteSource = {
    byteLength: 1e12,
    slice(start, end) {
      asked = Math.max(asked, end);
      const bytes = new Uint8Array(end - start);
      if (start === 0) bytes.set(written);
      const second = written.length + long - start;
      if (second >= 0 && second + 21 <= bytes.length) bytes.set(text("b"), second);
      return Promise.resolve(bytes.buffer);
    },
  };
  await expect(readGguf(source, "a.gguf")).rejects.toThrow("has a header of more than 100000000 bytes");
  expect(asked).toBeLessThanOrEqual(100_000_000);
});
