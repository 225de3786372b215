import { fromBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { encodeModel } from "./encode.ts";
import type { Attribute, Initializer, OnnxGraph, TensorType } from "./encode.ts";
import { ModelProtoSchema } from "./onnx_pb.ts";

const EMPTY: OnnxGraph = { name: "part", inputs: [], outputs: [], operations: [], initializers: [] };
const decoded = (graph: Partial<OnnxGraph>) => fromBinary(ModelProtoSchema, encodeModel({ ...EMPTY, ...graph }));

/** The one attribute of the one node, with nothing but the fields that it was given. */
function attributeOf(value: Attribute) {
  const operation = { op: "Op", domain: "", inputs: [], outputs: [], attributes: { setting: value } };
  const [attribute] = decoded({ operations: [operation] }).graph!.node[0]!.attribute;
  const { name, type, f, i, s, ints, floats } = attribute!;
  return { name, type, f, i, text: new TextDecoder().decode(s), ints, floats };
}

const initializerOf = (initializer: Initializer) => decoded({ initializers: [initializer] }).graph!.initializer[0]!;

function dimsOf(tensor: TensorType) {
  const { value } = decoded({ inputs: [tensor] }).graph!.input[0]!.type!.value;
  return value!.shape!.dim.map((dim) => [dim.value.case, dim.value.value]);
}

test("says which version of the format and which operators it is written in", () => {
  const model = decoded({});
  expect([model.irVersion, model.producerName, model.graph!.name]).toEqual([10n, "arithmoscope", "part"]);
  expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
    ["", 21n],
    ["com.microsoft", 1n],
  ]);
});

test("keeps operators in order, with the names of what they read and write", () => {
  const operations = [
    { op: "Split", domain: "", inputs: ["x", "sizes"], outputs: ["a", "b"], attributes: {} },
    { op: "MatMulNBits", domain: "com.microsoft", inputs: ["a", "w", "s"], outputs: ["y"], attributes: {} },
  ];
  const nodes = decoded({ operations }).graph!.node;
  expect(nodes.map(({ name, opType, domain, input, output }) => ({ name, opType, domain, input, output }))).toEqual([
    { name: "Split_0", opType: "Split", domain: "", input: ["x", "sizes"], output: ["a", "b"] },
    { name: "MatMulNBits_1", opType: "MatMulNBits", domain: "com.microsoft", input: ["a", "w", "s"], output: ["y"] },
  ]);
});

const NOTHING = { name: "setting", f: 0, i: 0n, text: "", ints: [], floats: [] };
test.each<[string, Attribute, object]>([
  ["a whole number", -1, { type: 2, i: -1n }],
  ["0, which is written rather than left out", 0, { type: 2, i: 0n }],
  ["a float", { float: 0.5 }, { type: 1, f: 0.5 }],
  ["a float that is whole", { float: 1 }, { type: 1, f: 1 }],
  ["a text", "né", { type: 3, text: "né" }],
  ["whole numbers", [0, 2, 1, 3], { type: 7, ints: [0n, 2n, 1n, 3n] }],
])("writes %s as an attribute of its kind", (_name, value, fields) => {
  expect(attributeOf(value)).toEqual({ ...NOTHING, ...fields });
});

test("a number that is not whole has to be said to be a float", () => {
  expect(() => attributeOf(1e-6)).toThrow(RangeError);
});

test("puts a constant's bytes into the graph", () => {
  const data = new Uint8Array(new BigInt64Array([-1n, 5n]).buffer);
  const { name, dims, dataType, rawData, dataLocation, externalData } = initializerOf({
    name: "shape",
    type: "int64",
    dims: [2],
    data,
  });
  expect({ name, dims, dataType }).toEqual({ name: "shape", dims: [2n], dataType: 7 });
  expect([...rawData]).toEqual([...data]);
  expect([dataLocation, externalData]).toEqual([0, []]);
});

test("points to a weight's bytes in the file beside it, also at offset 0", () => {
  const { dims, dataType, rawData, dataLocation, externalData } = initializerOf({
    name: "w",
    type: "uint8",
    dims: [3, 2, 16],
    data: { file: "weights.bin", offset: 0, bytes: 96 },
  });
  expect([dims, dataType, dataLocation, rawData.length]).toEqual([[3n, 2n, 16n], 2, 1, 0]);
  expect(Object.fromEntries(externalData.map(({ key, value }) => [key, value]))).toEqual({
    location: "weights.bin",
    offset: "0",
    length: "96",
  });
});

test("names the sizes that are known only when the graph runs", () => {
  expect(dimsOf({ name: "x", type: "float32", dims: ["batch", "position", 192] })).toEqual([
    ["dimParam", "batch"],
    ["dimParam", "position"],
    ["dimValue", 192n],
  ]);
  expect(dimsOf({ name: "x", type: "float32", dims: [] })).toEqual([]);
});

test.each([
  ["float32", 1],
  ["uint8", 2],
  ["int32", 6],
  ["int64", 7],
] as const)("%s is ONNX's type %d", (type, number) => {
  const { value } = decoded({ outputs: [{ name: "y", type, dims: [] }] }).graph!.output[0]!.type!.value;
  expect(value!.elemType).toBe(number);
});
