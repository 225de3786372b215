import type { OnnxGraph } from "#formats/onnx/encode.ts";
import { layOut } from "./weights.ts";
import { expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import * as op from "./operators.ts";

/** The graph that a few operators give, and what one of its constants holds. */
function built(make: (g: GraphBuilder) => unknown): OnnxGraph {
  const g = new GraphBuilder("part", "w.bin");
  make(g);
  return g.build();
}

function numbersOf(graph: OnnxGraph, name: string | undefined): number[] {
  const { data, type } = graph.initializers.find((initializer) => initializer.name === name)!;
  const { buffer } = data as Uint8Array;
  return type === "int64"
    ? Array.from(new BigInt64Array(buffer as ArrayBuffer), Number)
    : [...new Float32Array(buffer)];
}

const weight = (bits: 4 | 8 | 32) => {
  const plan = { name: "w", kind: "linear", tensors: ["w"], shape: [6, 40] } as const;
  return layOut([plan], bits).linear.get("w")!;
};

test.each([4, 8] as const)("q%d weights go through MatMulNBits with float32 activations", (bits) => {
  const { operations, initializers } = built((g) => op.linear(g, "x", weight(bits)));
  expect(operations).toEqual([
    {
      op: "MatMulNBits",
      domain: "com.microsoft",
      inputs: ["x", `w.q${bits}`, "w.scales"],
      outputs: ["MatMulNBits_0_0"],
      attributes: { K: 40, N: 6, bits, block_size: 32, accuracy_level: 1 },
    },
  ]);
  expect(initializers.map(({ type, dims }) => [type, dims])).toEqual([
    ["uint8", [6, 2, 4 * bits]],
    ["float32", [12]],
  ]);
});

test("float32 weights are the right-hand side of a MatMul, inputs × outputs", () => {
  const { operations, initializers } = built((g) => op.linear(g, "x", weight(32)));
  expect(operations.map(({ op: name, inputs }) => [name, inputs])).toEqual([["MatMul", ["x", "w"]]]);
  expect(initializers.map(({ name, dims }) => [name, dims])).toEqual([["w", [40, 6]]]);
});

test("split gives one value per size", () => {
  const graph = built((g) => expect(op.split(g, "x", [4, 2, 1], 1)).toHaveLength(3));
  const [split] = graph.operations;
  expect(split!.attributes).toEqual({ axis: 1 });
  expect(numbersOf(graph, split!.inputs[1])).toEqual([4, 2, 1]);
});

test("reductions keep their axis, the last one", () => {
  const graph = built((g) =>
    [op.reduceMean, op.reduceMax, op.reduceMin, op.reduceLogSumExp].map((reduce) => reduce(g, "x")),
  );
  for (const { attributes, inputs } of graph.operations) {
    expect(attributes).toEqual({ keepdims: 1 });
    expect(numbersOf(graph, inputs[1])).toEqual([-1]);
  }
  expect(graph.operations.map((operation) => operation.op)).toEqual([
    "ReduceMean",
    "ReduceMax",
    "ReduceMin",
    "ReduceLogSumExp",
  ]);
});

test("epsilon is a float, also a whole one", () => {
  const { operations } = built((g) => op.simplifiedLayerNormalization(g, "x", "gain", 1));
  expect(operations[0]!.attributes).toEqual({ axis: -1, epsilon: { float: 1 }, stash_type: 1 });
});
