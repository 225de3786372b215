import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { memorySource } from "#formats/byte-source.ts";
import { tensorTable } from "#formats/checkpoint.ts";
import { linearColumn, linearRow } from "#formats/linear.ts";
import { multiplyTransposed } from "#formats/linear-transposed.ts";
import { encodeModel } from "#formats/onnx/encode.ts";
import { decodeStored, readRows } from "#formats/stored.ts";
import type { StoredDtype, TensorEntry } from "#formats/stored.ts";
import { GraphBuilder } from "#graph/builder.ts";
import { layOut, weightsOf } from "#graph/weights.ts";
import type { WeightLayout } from "#graph/weights.ts";
import type { Dtype } from "#model/checkpoint.ts";
import type { ModelSpec, WeightPlan } from "#model/spec.ts";
import { farthest } from "#test/farthest.ts";
import { GOLDEN_BLOCKS } from "#test/gguf/golden-blocks.ts";
import { fillsOf } from "./fills.ts";
import type { ModelPlan } from "./model-parts.ts";
import { StoredWeights } from "./weight-reader.ts";

const COLS = 512;

/** One tensor of a file, and its values as ggml has them. */
interface TestTensor {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: readonly (readonly number[])[];
}

/** Rows that have the golden blocks of a type, each row in another order. */
function blocksTensor(name: string, dtype: StoredDtype, rows: number): TestTensor {
  const { blocks, values } = GOLDEN_BLOCKS.find((each) => each.type === dtype && each.kind === "quantised")!;
  const count = dtype.endsWith("K") || dtype === "IQ4_XS" ? 2 : 16;
  const turnedBy = <T>(list: ArrayLike<T>, by: number) => {
    const all = Array.from(list);
    return [...all.slice(by), ...all.slice(0, by)];
  };
  const [blockBytes, blockValues] = [blocks.length / count, values.length / count];
  const each = Array.from({ length: rows }, (_, row) => row % count);
  return {
    name,
    dtype,
    bytes: Uint8Array.from(each.flatMap((by) => turnedBy(blocks, by * blockBytes))),
    rows: each.map((by) => turnedBy(values, by * blockValues)),
  };
}

/** Rows of numbers that float16 and bfloat16 hold as well: k/64 for k up to 128. */
function plainTensor(name: string, dtype: "F32" | "F16" | "BF16", rows: number): TestTensor {
  const values = Float32Array.from({ length: rows * COLS }, (_, i) => (((i * 37) % 257) - 128) / 2 ** 10);
  const bits = new Uint32Array(values.buffer);
  const half = (value: number) => {
    if (value === 0) return 0;
    const exponent = Math.floor(Math.log2(Math.abs(value)));
    return (value < 0 ? 0x8000 : 0) + ((exponent + 15) << 10) + (Math.abs(value) / 2 ** exponent - 1) * 1024;
  };
  const words = {
    F32: () => new Uint8Array(values.buffer),
    F16: () => new Uint8Array(Uint16Array.from(values, half).buffer),
    BF16: () => new Uint8Array(Uint16Array.from(bits, (word) => word >>> 16).buffer),
  };
  return {
    name,
    dtype,
    bytes: words[dtype](),
    rows: Array.from({ length: rows }, (_, row) => [...values.subarray(row * COLS, (row + 1) * COLS)]),
  };
}

/** A model of one part, of the tensors of one file, filled as the engine fills it. */
async function filled(tensors: readonly TestTensor[], plans: readonly WeightPlan[], dtype: Dtype) {
  let end = 0;
  const entries = tensors.map(({ name, dtype: type, bytes, rows }): TensorEntry => {
    const startByte = end;
    end += bytes.length;
    return { name, dtype: type, shape: [rows.length, COLS], startByte, endByte: end };
  });
  const data = new Uint8Array(end);
  tensors.forEach(({ bytes }, index) => data.set(bytes, entries[index]!.startByte));
  const source = memorySource(data);
  const table = tensorTable(entries, { name: "test" });
  const layout = layOut(plans, dtype === "stored" ? "stored" : 8, (name) => {
    const tensor = tensors.find((each) => each.name === name)!;
    return { dtype: tensor.dtype, rows: tensor.rows.length };
  });
  const parts = [{ id: 0, name: "part", plans, layout }] as const;
  const plan: ModelPlan = { spec: {} as ModelSpec, format: "GGUF", dtype, parts, tensors: table, parameters: 0 };
  const file = new Uint8Array(layout.totalBytes);
  for (const { reads, sinks } of fillsOf(plan)) {
    const read = await Promise.all(reads.map(({ tensor, rows }) => readRows(source, table.entry(tensor), rows)));
    for (const { ranges, pack } of sinks) {
      for (const { offset, bytes } of pack(read)) {
        expect(ranges.some(({ start, end: to }) => start <= offset && offset + bytes.length <= to)).toBe(true);
        file.set(bytes, offset);
      }
    }
  }
  return {
    file,
    layout,
    weights: new StoredWeights(parts, new Map([[0, { ...memorySource(file), close: () => undefined }]])),
  };
}

/** x · Wᵀ through the graph, on the WASM backend. */
async function product(layout: WeightLayout, file: Uint8Array, rows: number, x: readonly Float32Array[]) {
  const g = new GraphBuilder("part", "weights.bin");
  const input = g.input("x", [1, "positions", COLS]);
  g.output(weightsOf(g, layout, { normEps: 1 }).linear(input, "w"), "y", [1, "positions", rows]);
  const session = await ort.InferenceSession.create(encodeModel(g.build()), {
    externalData: [{ path: "weights.bin", data: file }],
    graphOptimizationLevel: "all",
    executionProviders: ["wasm"],
  });
  const all = Float32Array.from(x.flatMap((row) => [...row]));
  const { y } = await session.run({ x: new ort.Tensor("float32", all, [1, x.length, COLS]) });
  await session.release();
  const flat = y!.data as Float32Array;
  return x.map((_, index) => flat.slice(index * rows, (index + 1) * rows));
}

const INPUTS = [0.3, 1.1, 2.9, 0.7, 5.3].map((step) =>
  Float32Array.from({ length: COLS }, (_, i) => Math.sin(step * i + step) + 0.5),
);
/** Sums of 512 products below 0.15 in float32. */
const PRODUCT = { atol: 1e-5 };

const inner = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

const linearPlan = (tensors: readonly TestTensor[], more: Partial<WeightPlan> = {}): WeightPlan => ({
  name: "w",
  kind: "linear",
  tensors: tensors.map(({ name }) => name),
  shape: [tensors.reduce((sum, { rows }) => sum + rows.length, 0), COLS],
  ...more,
});

/** Where the graph does not multiply by the rows, or what is read for analyses is not the rows; nothing if it does and is. */
async function differences(
  tensors: readonly TestTensor[],
  plan: WeightPlan,
  rows: readonly (readonly number[])[] = tensors.flatMap((tensor) => tensor.rows),
) {
  const { file, layout, weights } = await filled(tensors, [plan], "stored");
  const linear = await weights.linear(0, "w");
  const y = rows.map((_, row) => Math.cos(row));
  const column = (col: number) => rows.map((row) => row[col]!);
  const wanted = INPUTS.map((x) => rows.map((row) => inner(row, x)));
  return [
    farthest(
      rows.map((_, row) => linearRow(linear, row)),
      rows,
      { atol: 0 },
    ),
    farthest(linearColumn(linear, 300), column(300), { atol: 0 }),
    farthest(
      multiplyTransposed(linear, y),
      Array.from({ length: COLS }, (_, col) => inner(column(col), y)),
      { atol: 1e-12 },
    ),
    farthest(await product(layout, file, rows.length, INPUTS), wanted, PRODUCT),
    // a single position takes other ways through the kernels
    farthest(await product(layout, file, rows.length, INPUTS.slice(0, 1)), wanted.slice(0, 1), PRODUCT),
  ].filter((each) => each !== undefined);
}

const BLOCK_TYPES = GOLDEN_BLOCKS.filter(({ kind }) => kind === "quantised").map(({ type }) => type);

test.each(BLOCK_TYPES)("a layer of %s multiplies by the file's weights", async (type) => {
  const tensor = blocksTensor("t", type, 24);
  expect(await differences([tensor], linearPlan([tensor]))).toEqual([]);
});

test.each(["F32", "F16", "BF16"] as const)("a layer of %s multiplies by the file's weights", async (type) => {
  const tensor = plainTensor("t", type, 8);
  expect(await differences([tensor], linearPlan([tensor]))).toEqual([]);
});

test("tensors of several types are one layer, each in its own", async () => {
  const tensors = [
    blocksTensor("q", "Q4_K", 5),
    blocksTensor("k", "Q4_K", 3),
    blocksTensor("v", "Q6_K", 4),
    plainTensor("f", "F16", 2),
    blocksTensor("m", "Q5_1", 7),
  ];
  expect(await differences(tensors, linearPlan(tensors))).toEqual([]);
});

test("rows stand in the graph's order, and their blocks stay whole", async () => {
  const tensors = [blocksTensor("q", "Q4_K", 8), blocksTensor("k", "Q2_K", 8), blocksTensor("v", "Q8_0", 4)];
  const rows = tensors.flatMap((tensor) => tensor.rows);
  // a head's halves side by side, as llama.cpp has queries and keys
  const sourceRow = (row: number) => (row >= 16 ? row : row - (row % 4) + 2 * (row % 2) + Math.floor((row % 4) / 2));
  const plan = linearPlan(tensors, { sourceRow });
  const inOrder = rows.map((_, row) => rows[sourceRow(row)]!);
  expect(await differences(tensors, plan, inOrder)).toEqual([]);
});

test("a weight whose rows come of one tensor and another by turns is held in as many bands", async () => {
  const tensors = [blocksTensor("a", "Q4_0", 3), blocksTensor("b", "Q3_K", 3)];
  const rows = tensors.flatMap((tensor) => tensor.rows);
  const sourceRow = (row: number) => 3 * (row % 2) + Math.floor(row / 2);
  const inOrder = rows.map((_, row) => rows[sourceRow(row)]!);
  expect(await differences(tensors, linearPlan(tensors, { sourceRow }), inOrder)).toEqual([]);
});

test("a table gives each row as ggml decodes it", async () => {
  const tensor = blocksTensor("t", "Q6_K", 9);
  const plan: WeightPlan = { name: "w", kind: "table", tensors: ["t"], shape: [9, COLS] };
  const { weights } = await filled([tensor], [plan], "stored");
  expect([...(await weights.row(0, "w", 7))]).toEqual(tensor.rows[7]);
  expect([...(await weights.rows(0, "w", 2, 3))]).toEqual(tensor.rows.slice(2, 5).flat());
});

test("in q8 the decoded weights are quantised anew, as those of safetensors are", async () => {
  const tensor = blocksTensor("t", "Q4_K", 4);
  const decoded: TestTensor = {
    ...tensor,
    dtype: "F32",
    bytes: new Uint8Array(Float32Array.from(tensor.rows.flat()).buffer),
  };
  const [ours, theirs] = await Promise.all([tensor, decoded].map((each) => filled([each], [linearPlan([each])], "q8")));
  expect(ours!.file).toEqual(theirs!.file);
});

test("a scale that is no number is refused, with the tensor and the place", async () => {
  const tensor = blocksTensor("t", "Q4_K", 4);
  // row 2's second block begins 2 · 2 · 144 + 144 bytes in; its d becomes infinite
  tensor.bytes.set([0x00, 0x7c], 5 * 144);
  const wrong = decodeStored(tensor.bytes.buffer, "Q4_K").findIndex((value) => !Number.isFinite(value));
  expect(Math.floor(wrong / COLS)).toBe(2);
  await expect(filled([tensor], [linearPlan([tensor])], "stored")).rejects.toThrow(
    new RegExp(`checkpoint: t has (?:-?Infinity|NaN) at place ${wrong}; finite numbers are needed`),
  );
});
