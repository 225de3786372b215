import * as ort from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { encodeModel } from "#formats/onnx/encode.ts";
import { attention } from "#graph/attention.ts";
import { GraphBuilder } from "#graph/builder.ts";
import type { Value } from "#graph/builder.ts";
import { normRange, queryLimit } from "#graph/range.ts";
import { layOut, weightsOf } from "#graph/weights.ts";
import type { PartWeights } from "#graph/weights.ts";
import { readSpec } from "#model/families.ts";
import type { WeightPlan } from "#model/spec.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { farthest } from "#test/farthest.ts";
import { normalised } from "#test/reference/norms.ts";
import { inner, softmax } from "#test/reference/vectors.ts";
import { PositionFeeds } from "./position-feeds.ts";

/** Every power of two that float32 has, the small ones that lose digits left out. */
const EXPONENTS = Array.from({ length: 254 }, (_, index) => index - 126);

interface NamedWeight {
  readonly name: string;
  readonly kind: WeightPlan["kind"];
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A graph of one part with its weights, run on the WASM backend. */
async function running(
  weights: readonly NamedWeight[],
  epsilon: number,
  build: (g: GraphBuilder, weights: PartWeights) => void,
) {
  const layout = layOut(
    weights.map(({ name, kind, shape }) => ({ name, kind, shape, tensors: [name] })),
    32,
  );
  const data = new Uint8Array(layout.totalBytes);
  for (const { name, values } of weights) {
    const offset = layout.plain.get(name)?.place.offset ?? layout.linear.get(name)!.bands[0]!.values.offset;
    data.set(new Uint8Array(values.buffer), offset);
  }
  const g = new GraphBuilder("part", "weights.bin");
  build(g, weightsOf(g, layout, { normEps: epsilon }));
  const session = await ort.InferenceSession.create(encodeModel(g.build()), {
    externalData: [{ path: "weights.bin", data }],
    graphOptimizationLevel: "all",
    executionProviders: ["wasm"],
  });
  const floats = (values: ArrayLike<number>, dims: readonly number[]) =>
    new ort.Tensor("float32", Float32Array.from(values), dims);
  const run = async (feeds: Readonly<Record<string, ort.Tensor>>) => {
    const outputs = await session.run(feeds);
    return Object.fromEntries(Object.entries(outputs).map(([name, { data: found }]) => [name, found as Float32Array]));
  };
  return { run, floats };
}

const lackOfNaN = (found: Float32Array) => (found.some(Number.isNaN) ? undefined : `no NaN in ${found.join(" ")}`);

describe.each([
  { kind: "RMSNorm", isCentred: false },
  { kind: "LayerNorm", isCentred: true },
])("$kind", ({ isCentred }) => {
  const direction = Float64Array.of(3, -1, 0.5, 2, -2.5, 1, 0.25, -4);
  const gain = Float32Array.of(1, 0.5, 2, 1.5, -1, 1, 3, 0.75);
  const bias = Float32Array.of(0, 1, -1, 0.5, 0.25, 2, -2, 1);

  test.each([1e-5, 1e-6, 1e-12])(
    "with ε %f is right for vectors of every size, or NaN beyond its limit",
    async (epsilon) => {
      const { run, floats } = await running(
        [
          { name: "norm", kind: "plain", shape: [8], values: gain },
          ...(isCentred ? [{ name: "norm.bias", kind: "plain", shape: [8], values: bias } as const] : []),
        ],
        epsilon,
        (g, weights) => g.output(weights.norm(g.input("x", [1, 8]), "norm"), "y", [1, 8]),
      );
      for (const exponent of EXPONENTS) {
        // times at most 4, so that the largest stays in float32
        const x = direction.map((value) => (value / 4) * 2 ** exponent);
        const found = (await run({ x: floats(x, [1, 8]) }))["y"]!;
        const norm = {
          centred: isCentred,
          gain: Float64Array.from(gain),
          bias: isCentred ? Float64Array.from(bias) : undefined,
          epsilon,
        };
        const isBeyond = Math.max(...x.map(Math.abs)) >= normRange(epsilon, 8).limit;
        const wrong = isBeyond ? lackOfNaN(found) : farthest(found, normalised(norm, x), { atol: 1e-6, rtol: 1e-6 });
        expect(wrong, `times 2^${exponent}`).toBeUndefined();
      }
    },
  );
});

test("attention is right for queries and keys of every size, or NaN beyond their limit", async () => {
  const headDim = 4;
  const { spec: llama } = readSpec(JSON.parse(new TextDecoder().decode(randomCheckpoint().get("config.json"))));
  const spec = {
    ...llama,
    heads: 1,
    kvHeads: 1,
    headDim,
    modelDim: 3 * headDim,
    positions: { kind: "learned" },
  } as const;
  // what comes in is queries, keys and values, side by side
  const identity = Float32Array.from({ length: 144 }, (_, i) => (i % 13 === 0 ? 1 : 0));
  const qkv = { name: "qkv", kind: "linear", shape: [12, 12], values: identity } as const;
  const { run, floats } = await running([qkv], 1e-5, (g, weights) => {
    const { z, pattern } = attention(g, spec, 0, weights, g.input("x", [1, "position", 12]));
    const shapes: readonly (readonly [Value, string])[] = [
      [z, "z"],
      [pattern, "pattern"],
    ];
    for (const [value, name] of shapes) g.output(value, name, [1, 1, "position", "any"]);
  });
  // whole numbers, so that sums are exact; the second key's is small beside its terms
  const queries = [
    [3, -2, 1, 4],
    [-1, 5, 2, -3],
    [2, 2, -7, 1],
  ];
  const keys = [
    [-5, 1, 2, 3],
    [4, 4, 3, -2],
    [-6, -3, 1, 5],
  ];
  const values = [
    [1, 0, 2, 1],
    [0, 3, 1, -1],
    [2, 1, 0, 1],
  ];
  const sized = (rows: readonly number[][], exponent: number) =>
    rows.map((row) => Float64Array.from(row, (value) => (value / 8) * 2 ** exponent));
  const every = EXPONENTS.filter((_, index) => index % 6 === 0);
  for (const ofQueries of every) {
    const q = sized(queries, ofQueries);
    for (const ofKeys of every) {
      const k = sized(keys, ofKeys);
      const x = q.flatMap((row, position) => [...row, ...k[position]!, ...values[position]!]);
      const feeds = { x: floats(x, [1, 3, 12]), mask: new PositionFeeds(spec, floats).of(0, 3)["mask"]! };
      const { z, pattern } = await run(feeds);
      const want = q.flatMap((query, position) => {
        const seen = k.slice(0, position + 1).map((key) => inner(query, key) / Math.sqrt(headDim));
        return [...softmax(Float64Array.from(seen)), ...Array<number>(2 - position).fill(0)];
      });
      const isBeyond = [...q, ...k].some((row) => row.some((value) => Math.abs(value) >= queryLimit(headDim)));
      const wrong = isBeyond ? lackOfNaN(z!) : farthest(pattern!, want, { atol: 1e-6 });
      expect(wrong, `queries times 2^${ofQueries}, keys times 2^${ofKeys}`).toBeUndefined();
    }
  }
});
