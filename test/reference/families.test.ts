import { describe, expect, test } from "vitest";
import { FAMILY_VARIANTS, randomCheckpoint } from "../checkpoints.ts";
import type { RandomCheckpoint } from "../checkpoints.ts";
import { geluNew } from "./activations.ts";
import { layerWeight, tensorOf, unembedding, unembeddingBias } from "./families/family.ts";
import type { ReferenceModel } from "./families/family.ts";
import { splitFused } from "./families/gpt-neox.ts";
import { forward } from "./forward.ts";
import { addedLogits, atLast, lensLogits, lensLogProbability, lensOf, logProbability, rawLogits } from "./lens.ts";
import {
  coefficient,
  headIncreases,
  headOutput,
  headOutputBySource,
  increase,
  layerIncreases,
  neuronIncrease,
  neuronIncreases,
  targetOf,
  topTokens,
  valueVector,
} from "./method.ts";
import { readModel } from "./model.ts";
import type { Tensor } from "./tensors.ts";
import { columnOf, inner, largest, meanSquare, plus, scaled, sumOf } from "./vectors.ts";

/** An identity of float64 sums; what cancels in them is at most about 100. */
const IDENTITY = { atol: 1e-11 };

const IDS = [1, 20, 96, 3, 20, 51, 7];

describe.each(FAMILY_VARIANTS)("obeys the method's laws: $name", ({ changes }) => {
  const model = readModel(randomCheckpoint(changes));
  const clean = forward(model, IDS);
  const target = targetOf(clean);
  const lens = lensOf(model, clean);
  const layers = Array.from({ length: model.layers }, (_, layer) => layer);

  test("attention and FFN increases telescope to ln p(final) − ln p(embedding)", () => {
    const { attention, ffn } = layerIncreases(lens, clean, target);
    const embedded = lensLogProbability(lens, atLast(clean.layerInput[0]!), target);
    const whole = logProbability(atLast(clean.logits), target) - embedded;
    expect([...attention, ...ffn].reduce((a, b) => a + b)).toBeAllClose(whole, IDENTITY);
  });

  test("the lens of the final residual is the model's own prediction", () => {
    expect(lensLogits(lens, atLast(clean.layerOutput.at(-1)!))).toBeAllClose(atLast(clean.logits), IDENTITY);
  });

  test("adding a vector adds its linear part to the lens", () => {
    const [base, vector] = [atLast(clean.layerInput[1]!), valueVector(model, 0, 3)];
    const together = rawLogits(lens, plus(base, vector));
    expect(together).toBeAllClose(plus(rawLogits(lens, base), addedLogits(lens, vector)), IDENTITY);
  });

  test("the residual adds up: input + attention + FFN = output = the next layer's input", () => {
    for (const layer of layers) {
      IDS.forEach((_, position) => {
        const [input, attention, middle, ffn, output] = [
          clean.layerInput,
          clean.attnOutput,
          clean.residualOutput,
          clean.ffnOutput,
          clean.layerOutput,
        ].map((part) => part[layer]![position]!);
        expect(plus(input!, attention!)).toBeAllClose(middle!, IDENTITY);
        expect(plus(middle!, ffn!)).toBeAllClose(output!, IDENTITY);
      });
      expect(clean.layerInput[layer + 1] ?? clean.layerOutput[layer]).toEqual(clean.layerOutput[layer]);
    }
  });

  test("heads and the projection's bias sum to the attention's output, sources to their head's", () => {
    for (const layer of layers) {
      const heads = headsOf(model).map((head) => headOutput(model, clean, layer, head));
      const { bias } = model.anatomy.layer(model, layer).attentionOut;
      expect(sumOf(bias ? [...heads, bias] : heads)).toBeAllClose(atLast(clean.attnOutput[layer]!), IDENTITY);
      heads.forEach((output, head) => {
        expect(sumOf(headOutputBySource(model, clean, layer, head))).toBeAllClose(output, IDENTITY);
      });
    }
  });

  test("activations times value vectors and the projection's bias sum to the FFN's output", () => {
    for (const layer of layers) {
      const activations = atLast(clean.activation[layer]!);
      expect(activations).toHaveLength(model.neurons);
      const subvalues = Array.from(activations, (_, neuron) =>
        scaled(valueVector(model, layer, neuron), coefficient(model, clean, { layer, neuron })),
      );
      const { bias } = model.anatomy.layer(model, layer).ffnOut;
      expect(sumOf(bias ? [...subvalues, bias] : subvalues)).toBeAllClose(atLast(clean.ffnOutput[layer]!), IDENTITY);
    }
  });

  test("attention rows sum to 1 and look at nothing that comes later", () => {
    for (const pattern of clean.pattern.flat()) {
      pattern.forEach((row, query) => {
        expect(row.reduce((a, b) => a + b)).toBeAllClose(1, IDENTITY);
        expect(row.slice(query + 1).every((weight) => weight === 0)).toBe(true);
      });
    }
  });

  test("a prompt's beginning does not depend on its end, its end does on its beginning", () => {
    expect(forward(model, IDS.slice(0, 3)).logits).toBeAllClose(clean.logits.slice(0, 3), IDENTITY);
    const other = forward(model, [2, ...IDS.slice(1)]);
    expect(atLast(other.logits)).not.toBeAllClose(atLast(clean.logits), { atol: 1e-2 });
  });

  // without positions a later token would see the earlier ones as a set
  test("the order of the tokens before counts", () => {
    const [first, second, ...rest] = IDS;
    const swapped = forward(model, [second!, first!, ...rest]);
    expect(atLast(swapped.logits)).not.toBeAllClose(atLast(clean.logits), { atol: 1e-3 });
  });

  test("all neurons at once are each neuron by its definition", () => {
    const all = neuronIncreases(lens, clean, target);
    for (const at of [
      { layer: 0, neuron: 0 },
      { layer: model.layers - 1, neuron: model.neurons - 1 },
    ]) {
      expect(all[at.layer]![at.neuron]!).toBeAllClose(neuronIncrease(lens, clean, at, target), IDENTITY);
    }
  });

  test("a head's increase is that of what it adds to its layer's input", () => {
    const values = headIncreases(lens, clean, target);
    expect(values.map((row) => row.length)).toEqual(layers.map(() => model.heads));
    const expected = increase(lens, atLast(clean.layerInput[1]!), headOutput(model, clean, 1, 2), target);
    expect(values[1]![2]!).toBe(expected);
  });

  test("a head that is off takes its output with it and leaves the bias", () => {
    const at = { layer: model.layers - 1, head: model.heads - 1 };
    const off = forward(model, IDS, [{ kind: "head", at, scale: 0 }]);
    // of a norm behind attention the scale is another one without the head, so that the rest is what the others write in that run
    const { bias } = model.anatomy.layer(model, at.layer).attentionOut;
    const rest = headsOf(model)
      .slice(0, -1)
      .map((head) => headOutput(model, off, at.layer, head));
    expect(sumOf(bias ? [...rest, bias] : rest)).toBeAllClose(atLast(off.attnOutput[at.layer]!), IDENTITY);
    expect(atLast(off.logits)).not.toBeAllClose(atLast(clean.logits), { atol: 1e-3 });
  });

  test("turning a neuron to half removes half of its subvalue from the FFN's output", () => {
    const at = { layer: 1, neuron: 17 };
    const turned = forward(model, IDS, [{ kind: "neuron", at, scale: 0.5 }]);
    const { ffnOut } = model.anatomy.layer(model, at.layer);
    const half = scaled(columnOf(ffnOut.weight, at.neuron), atLast(clean.activation[1]!)[at.neuron]! / 2);
    expect(plus(atLast(turned.ffnProjected[1]!), half)).toBeAllClose(atLast(clean.ffnProjected[1]!), IDENTITY);
  });

  test("scale 1 changes nothing", () => {
    const idle = forward(model, IDS, [
      { kind: "head", at: { layer: 0, head: 1 }, scale: 1 },
      { kind: "neuron", at: { layer: 1, neuron: 4 }, scale: 1 },
    ]);
    expect(idle.logits).toEqual(clean.logits);
  });

  test("what a vector promotes does not depend on the biases", () => {
    const vector = valueVector(model, 1, 2);
    const [top] = topTokens(model, vector, 1);
    const added = addedLogits({ model, scale: 1 }, vector);
    expect(top!.id).toBe(largest(added, 1)[0]);
    expect(addedLogits({ model, scale: 1 }, scaled(vector, 3))).toBeAllClose(scaled(added, 3), IDENTITY);
  });
});

/** The last position's FFN with one of its own layer's heads ablated. */
function ffnOfLayerWithoutHead(changes: Partial<RandomCheckpoint>) {
  const model = readModel(randomCheckpoint(changes));
  const without = forward(model, IDS, [{ kind: "head", at: { layer: 0, head: 0 }, scale: 0 }]);
  return { off: atLast(without.activation[0]!), on: atLast(forward(model, IDS).activation[0]!) };
}

test.each([
  ["gpt_neox", { family: "gpt_neox" }],
  ["gptj", { family: "gptj" }],
] as const)("the FFN of a parallel %s reads nothing of its layer's attention", (_name, changes) => {
  const { off, on } = ffnOfLayerWithoutHead(changes);
  expect(off).toEqual(on);
});

test.each([
  ["gpt_neox", { family: "gpt_neox", parallel: false }],
  ["gpt2", { family: "gpt2" }],
] as const)("the FFN of a sequential %s does", (_name, changes) => {
  const { off, on } = ffnOfLayerWithoutHead(changes);
  expect(off).not.toBeAllClose(on, { atol: 1e-2 });
});

describe("reads what config.json and the tensors mean", () => {
  const logitsOf = (changes: Partial<RandomCheckpoint>) => forward(readModel(randomCheckpoint(changes)), IDS).logits;

  test.each(["llama", "mistral", "qwen2", "qwen3", "gpt2", "gpt_neox", "gptj"] as const)(
    "%s with the prefix of its names and without",
    (family) => {
      expect(logitsOf({ family, prefixed: false })).toEqual(logitsOf({ family }));
      const names = [...readModel(randomCheckpoint({ family, prefixed: false })).tensors.keys()];
      expect(names.filter((name) => /^(?:model|transformer|gpt_neox)\./.test(name))).toEqual([]);
    },
  );

  test.each(["gpt2", "gpt_neox", "gptj"] as const)("%s with masks beside the weights and without", (family) => {
    expect(logitsOf({ family, buffers: true })).toEqual(logitsOf({ family }));
  });

  test.each(["llama", "mistral", "qwen2", "qwen3", "gpt_neox"] as const)(
    "%s with its rotation in rope_parameters and beside the rest",
    (family) => {
      expect(logitsOf({ family, ropeParameters: true })).toEqual(logitsOf({ family }));
      expect(logitsOf({ family, ropeTheta: 500 })).not.toBeAllClose(logitsOf({ family }), { atol: 1e-3 });
    },
  );

  test("a window of mistral that the prompt just fits, and one that it does not", () => {
    const whole = logitsOf({ family: "mistral" });
    expect(logitsOf({ family: "mistral", slidingWindow: 7 })).toEqual(whole);
    const six = logitsOf({ family: "mistral", slidingWindow: 6 });
    expect(six.slice(0, 6)).toEqual(whole.slice(0, 6));
    expect(six[6]).not.toBeAllClose(whole[6]!, { atol: 1e-4 });
  });

  test("a model that no family is like", () => {
    const files = randomCheckpoint();
    files.set("config.json", new TextEncoder().encode('{"model_type": "mamba"}'));
    expect(() => readModel(files)).toThrow("mamba is none of llama, mistral, qwen2, qwen3, gpt2, gpt_neox, gptj, ");
  });

  test.each([
    ["gpt2", "transformer.wte.weight"],
    ["gptj", "transformer.wte.weight"],
    ["gpt_neox", "gpt_neox.embed_in.weight"],
    ["qwen3", "model.embed_tokens.weight"],
  ] as const)("the tied head of %s", (family, embedding) => {
    const model = readModel(randomCheckpoint({ family, tied: true }));
    expect(unembedding(model)).toBe(tensorOf(model, embedding));
    expect(unembeddingBias(model) !== undefined).toBe(family === "gptj");
  });
});

describe("takes fused projections apart", () => {
  test("gpt_neox head by head: query, key, value", () => {
    const { queries, keys, values } = splitFused(
      2,
      Float64Array.from({ length: 12 }, (_, i) => i),
    );
    expect([queries, keys, values]).toEqual([
      [Float64Array.of(0, 1), Float64Array.of(6, 7)],
      [Float64Array.of(2, 3), Float64Array.of(8, 9)],
      [Float64Array.of(4, 5), Float64Array.of(10, 11)],
    ]);
  });

  // with a weight of 0 the outputs are the bias 0, 1, 2, …; at position 0 nothing is turned
  test.each([
    ["gpt_neox", "attention.query_key_value", (head: number) => [42 * head, 42 * head + 14, 42 * head + 28]],
    ["gpt2", "attn.c_attn", (head: number) => [14 * head, 42 + 14 * head, 84 + 14 * head]],
  ] as const)("%s has three heads of 14 at these outputs", (family, part, firstsOf) => {
    const model = readModel(randomCheckpoint({ family }), (name, tensor) =>
      name.endsWith(`${part}.weight`)
        ? filled(tensor, () => 0)
        : name.endsWith(`${part}.bias`)
          ? counted(tensor)
          : tensor,
    );
    const { queries, keys, values } = model.anatomy.layer(model, 0).project(new Float64Array(model.modelDim), 0);
    headsOf(model).forEach((head) => {
      expect([queries, keys, values].map((part) => part[head]![0])).toEqual(firstsOf(head));
      expect([queries, keys, values].map((part) => part[head]![13])).toEqual(firstsOf(head).map((first) => first + 13));
    });
  });
});

test("reads gpt2's Conv1D as [in, out]: input 3 drives neuron 5", () => {
  const model = readModel(randomCheckpoint({ family: "gpt2" }), (name, tensor) => {
    if (name.endsWith("h.0.mlp.c_fc.bias")) return filled(tensor, () => 0);
    if (!name.endsWith("h.0.mlp.c_fc.weight")) return tensor;
    expect(tensor.shape).toEqual([42, 168]);
    return filled(tensor, (i) => (i === 3 * 168 + 5 ? 2 : 0));
  });
  const input = Float64Array.from({ length: 42 }, (_, i) => i / 10);
  const activation = model.anatomy.layer(model, 0).activation(input);
  expect(activation[5]).toBeAllClose(geluNew(0.6), IDENTITY);
  expect(activation.filter((m) => m !== 0)).toHaveLength(1);
});

test("gpt2 adds its positions to the embedding", () => {
  const model = readModel(randomCheckpoint({ family: "gpt2" }));
  const row = (name: string, at: number) => tensorOf(model, name).data.slice(42 * at, 42 * (at + 1));
  const want = plus(row("transformer.wte.weight", 20), row("transformer.wpe.weight", 4));
  expect(forward(model, IDS).layerInput[0]![4]).toEqual(want);
});

test("gpt_neox turns ⌊0.3 · 14⌋ = 4 dimensions of a head, halves paired, and gptj 6, neighbours paired", () => {
  const changedByTurning = (family: "gpt_neox" | "gptj") => {
    const model = readModel(randomCheckpoint({ family }));
    const layer = model.anatomy.layer(model, 0);
    const input = layer.attentionInput(model.anatomy.embed(model, 9, 0));
    const [still, turned] = [0, 1].map((position) => layer.project(input, position).queries[1]!);
    const squares = (x: Float64Array, pair: number[]) => pair.reduce((sum, i) => sum + x[i]! ** 2, 0);
    return {
      dimensions: [...still!.keys()].filter((i) => still![i] !== turned![i]),
      keeps: (pair: number[]) => Math.abs(squares(still!, pair) - squares(turned!, pair)) < 1e-12,
    };
  };
  const neox = changedByTurning("gpt_neox");
  expect(neox.dimensions).toEqual([0, 1, 2, 3]);
  expect([neox.keeps([0, 2]), neox.keeps([1, 3]), neox.keeps([0, 1])]).toEqual([true, true, false]);
  const gptj = changedByTurning("gptj");
  expect(gptj.dimensions).toEqual([0, 1, 2, 3, 4, 5]);
  expect([gptj.keeps([0, 1]), gptj.keeps([2, 3]), gptj.keeps([0, 3])]).toEqual([true, true, false]);
});

test("qwen3 normalises each query and key by itself, before it turns", () => {
  const model = readModel(randomCheckpoint({ family: "qwen3" }), (name, tensor) =>
    /[qk]_norm\.weight$/.test(name) ? filled(tensor, () => 3) : tensor,
  );
  const layer = model.anatomy.layer(model, 1);
  const projected = layer.project(layer.attentionInput(model.anatomy.embed(model, 9, 0)), 5);
  for (const head of [...projected.queries, ...projected.keys])
    expect(meanSquare(head)).toBeAllClose(9, { atol: 1e-3 });
  for (const head of projected.values) expect(meanSquare(head)).not.toBeAllClose(9, { atol: 1 });
});

test("qwen2 adds its biases to queries, keys and values", () => {
  const model = readModel(randomCheckpoint({ family: "qwen2" }));
  const { queries, keys, values } = model.anatomy.layer(model, 2).project(new Float64Array(model.modelDim), 0);
  [queries, keys, values].forEach((heads, part) => {
    const bias = tensorOf(model, `model.layers.2.self_attn.${"qkv"[part]!}_proj.bias`).data;
    expect(Float64Array.from(heads.flatMap((head) => [...head]))).toEqual(bias);
  });
});

test("LayerNorm takes the mean out and adds its bias: by hand", () => {
  const model = readModel(randomCheckpoint({ family: "gptj" }));
  const { gain, bias, epsilon } = model.anatomy.finalNorm(model);
  // half of the values 1, half 3: mean 2, variance 1
  const residual = Float64Array.from({ length: 42 }, (_, i) => (i % 2 === 0 ? 1 : 3));
  const unit = 1 / Math.sqrt(1 + epsilon);
  const normed = residual.map((x, i) => (x - 2) * unit * gain[i]! + bias![i]!);
  const row = unembedding(model).data.slice(42 * 7, 42 * 8);
  const want = inner(row, normed) + unembeddingBias(model)![7]!;
  expect(lensLogits({ model, scale: unit }, residual)[7]).toBeAllClose(want, IDENTITY);
});

test("a weight is found by the name that Llama gives it", () => {
  const model = readModel(randomCheckpoint({ prefixed: false }));
  expect(layerWeight(model, 1, "mlp.up_proj")).toBe(model.tensors.get("layers.1.mlp.up_proj.weight"));
});

const headsOf = (model: ReferenceModel) => Array.from({ length: model.heads }, (_, head) => head);
const filled = ({ shape, data }: Tensor, value: (index: number) => number): Tensor => ({
  shape,
  data: data.map((_, i) => value(i)),
});
const counted = (tensor: Tensor) => filled(tensor, (i) => i);
