import { create, toBinary } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { AttributeProtoSchema, ModelProtoSchema } from "./onnx_pb.ts";
import type { AttributeProto, TensorProtoSchema, ValueInfoProtoSchema } from "./onnx_pb.ts";

/** TensorProto.DataType */
const elementType = { float32: 1, uint8: 2, int32: 6, int64: 7 } as const;
export type ElementType = keyof typeof elementType;

/** A dimension's size, or the name of one that is known only when the graph runs. */
export type Dimension = number | string;
export type Attribute = number | readonly number[] | string | { readonly float: number };

export interface TensorType {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly Dimension[];
}

export interface OperatorNode {
  readonly op: string;
  /** "" is ONNX's own set of operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant: its bytes in the graph, or where they lie in a file of weights beside it. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array | { readonly file: string; readonly offset: number; readonly bytes: number };
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
  readonly operations: readonly OperatorNode[];
  readonly initializers: readonly Initializer[];
}

/** Opset 21 has everything the builders use and is old enough for every runtime of the last years. */
const OPSET = 21n;
const IR_VERSION = 10n;
const EXTERNAL = 1;

/** The graph as the bytes of a ModelProto. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: "arithmoscope",
    opsetImport: [
      { domain: "", version: OPSET },
      { domain: "com.microsoft", version: 1n },
    ],
    graph: {
      name: graph.name,
      node: graph.operations.map((operation, index) => ({
        name: `${operation.op}_${index}`,
        opType: operation.op,
        domain: operation.domain,
        input: [...operation.inputs],
        output: [...operation.outputs],
        attribute: Object.entries(operation.attributes).map(([name, value]) => attribute(name, value)),
      })),
      initializer: graph.initializers.map(tensor),
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** AttributeProto.AttributeType: FLOAT 1, INT 2, STRING 3, INTS 7. */
function attribute(name: string, value: Attribute): AttributeProto {
  if (typeof value === "number") return create(AttributeProtoSchema, { name, type: 2, i: BigInt(value) });
  if (typeof value === "string")
    return create(AttributeProtoSchema, { name, type: 3, s: new TextEncoder().encode(value) });
  if ("float" in value) return create(AttributeProtoSchema, { name, type: 1, f: value.float });
  return create(AttributeProtoSchema, { name, type: 7, ints: value.map(BigInt) });
}

function tensor({ name, type, dims, data }: Initializer): MessageInitShape<typeof TensorProtoSchema> {
  const shared = { name, dataType: elementType[type], dims: dims.map(BigInt) };
  if (data instanceof Uint8Array) return { ...shared, rawData: data };
  const location = { location: data.file, offset: String(data.offset), length: String(data.bytes) };
  return {
    ...shared,
    dataLocation: EXTERNAL,
    externalData: Object.entries(location).map(([key, value]) => ({ key, value })),
  };
}

function valueInfo({ name, type, dims }: TensorType): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((size) => ({
    value:
      typeof size === "number"
        ? ({ case: "dimValue", value: BigInt(size) } as const)
        : ({ case: "dimParam", value: size } as const),
  }));
  return { name, type: { value: { case: "tensorType", value: { elemType: elementType[type], shape: { dim } } } } };
}
