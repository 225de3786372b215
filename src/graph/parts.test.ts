import { SMALL_GQA } from "#test/checkpoints.ts";
import { llama } from "#model/families/llama.ts";
import { rotaryFrequencies } from "#model/rope.ts";
import type { ModelSpec } from "#model/spec.ts";
import { TAPS } from "#model/taps.ts";
import type { OnnxGraph } from "#formats/onnx/encode.ts";
import { describe, expect, test } from "vitest";
import { blockGraph, unembedGraph } from "./parts.ts";
import { layOut } from "./weights.ts";

const { layers, heads, kvHeads, headDim, modelDim, neurons, vocabulary, context, tied } = SMALL_GQA;
const spec: ModelSpec = {
  family: "llama",
  layers,
  heads,
  kvHeads,
  headDim,
  modelDim,
  neurons,
  vocabulary,
  context,
  tied,
  norm: "rms",
  normEps: 1e-5,
  positions: { kind: "rotary", inverseFrequencies: rotaryFrequencies(10_000, headDim) },
  block: "sequential",
  activation: "silu-gated",
};
const plans = llama.weights(spec, () => true);
const block = (bits: 4 | 8 | 32) => blockGraph(spec, 0, layOut(plans.block(0), bits));
const unembed = (vocab = vocabulary) => unembedGraph({ ...spec, vocabulary: vocab }, layOut(plans.unembed, 8));

const namesOf = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

describe.each<[string, () => OnnxGraph]>([
  ["a block in q4", () => block(4)],
  ["a block in q8", () => block(8)],
  ["a block in f32", () => block(32)],
  ["the unembedding", () => unembed()],
])("%s", (_name, make) => {
  const graph = make();

  test("reads nothing that was not made before", () => {
    const known = new Set([...namesOf(graph.inputs), ...namesOf(graph.initializers)]);
    for (const { op, inputs, outputs } of graph.operations) {
      expect([op, inputs.filter((name) => !known.has(name))]).toEqual([op, []]);
      for (const output of outputs) known.add(output);
    }
    expect(namesOf(graph.outputs).filter((name) => !known.has(name))).toEqual([]);
  });

  test("makes everything once", () => {
    const made = [
      ...namesOf(graph.inputs),
      ...namesOf(graph.initializers),
      ...graph.operations.flatMap(({ outputs }) => outputs),
    ];
    expect(new Set(made).size).toBe(made.length);
  });

  test("takes every input and constant into account", () => {
    const read = new Set(graph.operations.flatMap(({ inputs }) => inputs));
    expect([...namesOf(graph.inputs), ...namesOf(graph.initializers)].filter((name) => !read.has(name))).toEqual([]);
  });
});

test("a block puts out the residual and every tap under its name, with a head dimension where it has one", () => {
  const outputs = block(8).outputs.map(({ name, dims }) => [name, dims]);
  expect(Object.fromEntries(outputs)).toEqual({
    [TAPS.pattern]: ["batch", 4, "position", "position"],
    [TAPS.z]: ["variants", 4, "position", 8],
    [TAPS.q]: ["batch", 4, "position", 8],
    [TAPS.k]: ["batch", 2, "position", 8],
    [TAPS.v]: ["batch", 2, "position", 8],
    [TAPS.residMid]: ["variants", "position", 40],
    [TAPS.post]: ["variants", "position", 56],
    residual_out: ["variants", "position", 40],
  });
});

test("an intervention acts before its output projection", () => {
  const { operations } = block(32);
  const reading = (name: string) => operations.findIndex(({ inputs }) => inputs.includes(name));
  expect(reading("head_fill")).toBeGreaterThan(reading("head_scale"));
  expect(reading("attn_out")).toBeGreaterThan(reading("head_fill"));
  expect(reading("neuron_scale")).toBeGreaterThan(reading("gate_up"));
  expect(reading("down")).toBeGreaterThan(reading("neuron_fill"));
});

test("the unembedding ranks no more tokens than there are", () => {
  const topDims = (graph: OnnxGraph) => graph.outputs.find(({ name }) => name === "top_ids")!.dims;
  expect(topDims(unembed())).toEqual(["ranked", 16]);
  expect(topDims(unembed(5))).toEqual(["ranked", 5]);
});
