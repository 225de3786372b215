import { safetensors } from "#test/checkpoints.ts";
import { Fault, faultCode } from "#core/fault.ts";
import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { memorySource } from "./byte-source.ts";
import type { ByteSource } from "./byte-source.ts";
import { readSafetensorsHeader } from "./safetensors.ts";
import { readTensor } from "./stored.ts";
import type { TensorEntry } from "./stored.ts";

/** A file of any header: its true length in front unless another is claimed, then the data. */
function file(header: string | Uint8Array, data: number | Uint8Array = 0, claimed?: bigint): ByteSource {
  const head = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const body = typeof data === "number" ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + head.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(head.length), true);
  bytes.set(head, 8);
  bytes.set(body, 8 + head.length);
  return memorySource(bytes);
}

const tensor = (fields: object) => JSON.stringify({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...fields } });
const bytesOf = (values: Uint16Array | Float32Array) => new Uint8Array(values.buffer);
const LARGEST = Number.MAX_SAFE_INTEGER;

/** Records what is read, as a server would see it. */
function watched(source: ByteSource): ByteSource & { readonly reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    reads,
    byteLength: source.byteLength,
    slice: (start, end) => {
      reads.push([start, end]);
      return source.slice(start, end);
    },
  };
}

describe("the table of tensors", () => {
  test("says where each tensor lies, counted from the file's start", async () => {
    const header = JSON.stringify({
      __metadata__: { format: "pt" },
      a: { dtype: "F16", shape: [2, 3], data_offsets: [0, 12] },
      b: { dtype: "F32", shape: [], data_offsets: [12, 16] },
      none: { dtype: "BF16", shape: [0, 5], data_offsets: [16, 16] },
    });
    const at = 8 + header.length;
    expect(await readSafetensorsHeader(file(header, 16), "m")).toEqual([
      { name: "a", dtype: "F16", shape: [2, 3], startByte: at, endByte: at + 12 },
      { name: "b", dtype: "F32", shape: [], startByte: at + 12, endByte: at + 16 },
      { name: "none", dtype: "BF16", shape: [0, 5], startByte: at + 16, endByte: at + 16 },
    ]);
  });

  test("takes two reads, and none of them touches the data", async () => {
    const source = watched(file(tensor({}), 8));
    await readSafetensorsHeader(source, "m");
    expect(source.reads).toEqual([
      [0, 8],
      [8, source.byteLength - 8],
    ]);
  });

  test("may end in spaces, as writers pad it", async () => {
    expect(await readSafetensorsHeader(file(`${tensor({})}     `, 8), "m")).toHaveLength(1);
  });

  test("lists a type that cannot be read, for a model that does not need it", async () => {
    const [entry] = await readSafetensorsHeader(file(tensor({ dtype: "F8_E4M3", shape: [8] }), 8), "m");
    expect(entry!.dtype).toBe("F8_E4M3");
  });
});

test.each<[string, ByteSource, string]>([
  ["an empty file", memorySource(new Uint8Array(0)), "has 0 bytes, the header length alone takes 8"],
  ["half a header length", memorySource(new Uint8Array(7)), "has 7 bytes, the header length alone takes 8"],
  ["a length beyond the file", file("{}", 0, 3n), "header length 3 exceeds the 2 bytes there is room for"],
  [
    "a length beyond every file",
    file("{}", 0, 2n ** 64n - 1n),
    "header length 18446744073709551615 exceeds the 2 bytes there is room for",
  ],
  [
    "a length beyond the format's cap",
    { byteLength: 2 ** 40, slice: () => file("", 0, 100_000_001n).slice(0, 8) },
    "header length 100000001 exceeds the 100000000 bytes there is room for",
  ],
  ["no header", file(""), "header is not JSON"],
  ["a header that is no JSON", file("{w: 1}"), "header is not JSON"],
  ["a header that is cut off", file(tensor({}).slice(0, -1)), "header is not JSON"],
  ["a header that is no UTF-8", file(new Uint8Array([0x7b, 0xff, 0x7d])), "header is not JSON"],
  ["a list for a header", file("[]"), "header is not a JSON object of tensors"],
  ["null for a header", file("null"), "header is not a JSON object of tensors"],
  ["a number for a header", file("12"), "header is not a JSON object of tensors"],
  ["null for a tensor", file('{"w":null}'), "tensor w has no dtype, shape and data_offsets of the right kind"],
  ["a number for a tensor", file('{"w":3}'), "tensor w has no dtype, shape and data_offsets of the right kind"],
  ["a missing dtype", file(tensor({ dtype: undefined }), 8), "tensor w has no dtype, shape and data_offsets"],
  ["a shape that is no list", file(tensor({ shape: "2" }), 8), "tensor w has no dtype, shape and data_offsets"],
  ["a negative size", file(tensor({ shape: [-2] }), 8), "tensor w has no dtype, shape and data_offsets"],
  ["a size that is no whole number", file(tensor({ shape: [0.5, 4] }), 8), "tensor w has no dtype, shape and data_"],
  ["a size beyond 2⁵³", file('{"w":{"dtype":"F32","shape":[1e300],"data_offsets":[0,8]}}', 8), "of the right kind"],
  ["a single offset", file(tensor({ data_offsets: [8] }), 8), "tensor w has no dtype, shape and data_offsets"],
  ["three offsets", file(tensor({ data_offsets: [0, 4, 8] }), 8), "tensor w has no dtype, shape and data_offsets"],
  ["a negative offset", file(tensor({ data_offsets: [-8, 0] }), 8), "tensor w has no dtype, shape and data_offsets"],
  ["reversed offsets", file(tensor({ data_offsets: [8, 0] }), 8), "tensor w claims bytes 8 to 0 of 8"],
  [
    "an offset past the end",
    file(tensor({}), 7),
    "tensor w claims bytes 0 to 8 of 7; the file is truncated or its header",
  ],
  [
    "two tensors that share bytes",
    file(
      '{"a":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}',
      8,
    ),
    "tensors a and b share 2 bytes; each needs its own",
  ],
  [
    "two tensors at one place",
    file(
      '{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}',
      8,
    ),
    "tensors a and b share 8 bytes",
  ],
  [
    "a gap between tensors",
    file(
      '{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}',
      8,
    ),
    "leaves 1 bytes between a and b; the format has no gaps",
  ],
  ["a gap before the first", file(tensor({ data_offsets: [4, 12] }), 12), "leaves 4 bytes between the header and w"],
  ["bytes after the last", file(tensor({}), 9), "has 1 bytes after w that belong to no tensor"],
  [
    "a name twice, of which JSON keeps the second",
    file(
      '{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"w":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}',
      8,
    ),
    "leaves 4 bytes between the header and w",
  ],
  ["more axes than any tensor has", file(tensor({ shape: Array(65).fill(1) }), 8), "tensor w has 65 axes; at most 64"],
  [
    "a shape larger than its bytes",
    file(tensor({ shape: [3] }), 8),
    "of shape [3] needs 12 bytes as F32, its offsets give 8",
  ],
  [
    "a shape smaller than its bytes",
    file(tensor({ dtype: "F16" }), 8),
    "of shape [2] needs 4 bytes as F16, its offsets give 8",
  ],
  [
    "a shape whose size is beyond 2⁵³",
    file(tensor({ shape: [LARGEST, LARGEST, 2] }), 8),
    `tensor w of shape [${LARGEST}, ${LARGEST}, 2] needs 6.490371073168533e+32 bytes as F32, its offsets give 8`,
  ],
  [
    "a shape whose size is beyond every number, times 0",
    file(tensor({ shape: [...Array<number>(30).fill(LARGEST), 0] }), 8),
    "its offsets give 8",
  ],
])("refuses %s", async (_name, source, message) => {
  const reading = readSafetensorsHeader(source, "model.safetensors");
  await expect(reading).rejects.toBeInstanceOf(Fault);
  await expect(reading).rejects.toMatchObject({
    code: "damaged-file",
    message: expect.stringMatching(/^safetensors: model\.safetensors /),
  });
  await expect(reading).rejects.toThrow(message);
});

describe("a tensor's values", () => {
  const read = async (dtype: string, shape: number[], data: Uint8Array) => {
    const source = file(tensor({ dtype, shape, data_offsets: [0, data.length] }), data);
    const [entry] = await readSafetensorsHeader(source, "m");
    return [...(await readTensor(source, entry!))];
  };

  test("are F32 as they stand", async () => {
    const values = [1, -2.5, 3e-38, Infinity];
    expect(await read("F32", [2, 2], bytesOf(new Float32Array(values)))).toEqual([...new Float32Array(values)]);
  });

  test("are F16 and BF16 widened", async () => {
    expect(await read("F16", [3], bytesOf(new Uint16Array([0x3c00, 0xc100, 0x0001])))).toEqual([1, -2.5, 2 ** -24]);
    expect(await read("BF16", [3], bytesOf(new Uint16Array([0x3f80, 0xc020, 0x4049])))).toEqual([1, -2.5, 3.140625]);
  });

  test("are found at any offset, also one that no number is aligned to", async () => {
    const header = JSON.stringify({
      a: { dtype: "U8", shape: [1], data_offsets: [0, 1] },
      b: { dtype: "F32", shape: [1], data_offsets: [1, 5] },
    });
    const source = file(header, new Uint8Array([9, ...bytesOf(new Float32Array([7]))]));
    const [, b] = await readSafetensorsHeader(source, "m");
    expect([...(await readTensor(source, b!))]).toEqual([7]);
  });

  const COPY =
    "open a copy in F32, which transformers makes: AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).save_pretrained(copy), or a GGUF file of the model";
  const ORIGIN = "open the checkpoint that it was made from, or a GGUF file of the model";

  // all that safetensors 0.6 knows beside those that can be read
  test.each([
    ["F64", 8, COPY],
    ["F8_E5M2", 1, COPY],
    ["F8_E4M3", 1, COPY],
    ["F8_E8M0", 1, COPY],
    ["I8", 1, ORIGIN],
    ["U8", 1, ORIGIN],
    ["I16", 2, ORIGIN],
    ["U16", 2, ORIGIN],
    ["I32", 4, ORIGIN],
    ["U32", 4, ORIGIN],
    ["I64", 8, ORIGIN],
    ["U64", 8, ORIGIN],
    ["BOOL", 1, ORIGIN],
    ["constructor", 1, ORIGIN],
  ])("are not guessed for %s, which cannot be read: the way on is said", async (dtype, bytes, way) => {
    await expect(read(dtype, [1], new Uint8Array(bytes))).rejects.toThrow(
      new Fault("bad-file", `checkpoint: tensor w is stored as ${dtype}; F32, F16 and BF16 can be read: ${way}`),
    );
  });

  test("are refused where fewer bytes come than the header promised", async () => {
    const short: ByteSource = { byteLength: 100, slice: () => Promise.resolve(new ArrayBuffer(5)) };
    const entry = { name: "w", dtype: "F32", shape: [2], startByte: 8, endByte: 16 };
    await expect(readTensor(short, entry)).rejects.toThrow(
      new Fault("damaged-file", "checkpoint: tensor w came with 5 of its 8 bytes"),
    );
  });
});

describe("whatever the bytes", () => {
  const whole = safetensors([
    { name: "a", shape: [2, 3], data: new Float32Array(6) },
    { name: "b.weight", shape: [4], data: new Float32Array(4) },
  ]);

  /** What is wrong with how a file is read: nothing where it is a Fault, or a table of tensors that fit the file. */
  async function misfits(bytes: Uint8Array): Promise<string[]> {
    const source = memorySource(bytes);
    try {
      const entries = await readSafetensorsHeader(source, "m");
      const fits = await Promise.all(entries.map((entry) => isInside(entry, source)));
      return entries.filter((_, index) => !fits[index]).map(({ name }) => `${name} does not fit`);
    } catch (reason) {
      return faultCode(reason) === "damaged-file" ? [] : [`not a fault: ${String(reason)}`];
    }
  }

  async function isInside(entry: TensorEntry, source: ByteSource): Promise<boolean> {
    const { dtype, shape, startByte, endByte } = entry;
    if (startByte < 8 || startByte > endByte || endByte > source.byteLength) return false;
    return dtype !== "F32" || (await readTensor(source, entry)).length === shape.reduce((a, b) => a * b, 1);
  }

  test("mutated files give a fault or a table that fits", async () => {
    const change = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 4 }), fc.nat({ max: whole.length }), async (changes, length) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        expect(await misfits(bytes)).toEqual([]);
        expect(await misfits(bytes.slice(0, length))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test("so do headers with any fields", async () => {
    const field = fc.oneof(
      fc.array(fc.oneof(fc.nat({ max: 40 }), fc.maxSafeInteger(), fc.double()), { maxLength: 3 }),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const entry = fc.record(
      { dtype: fc.constantFrom("F32", "F16", "I8", "toString", 4), shape: field, data_offsets: field },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), entry, { maxKeys: 4 }), async (header) => {
        const source = file(JSON.stringify(header), 40);
        expect(await misfits(new Uint8Array(await source.slice(0, source.byteLength)))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
