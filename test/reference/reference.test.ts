import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { abacusFiles, randomCheckpoint } from "../checkpoints.ts";
import { silu } from "./activations.ts";
import { keysOf } from "./chain.ts";
import { layerWeight, tensorOf, unembedding } from "./families/family.ts";
import type { ReferenceModel } from "./families/family.ts";
import { forward } from "./forward.ts";
import type { Capture } from "./forward.ts";
import { atLast, lensLogits, lensLogProbability, lensOf, logProbability } from "./lens.ts";
import {
  bottomTokens,
  compareNeurons,
  headIncreases,
  headOutput,
  headOutputBySource,
  headSweep,
  increase,
  layerIncreases,
  mostImportantHead,
  neuronIncrease,
  neuronIncreases,
  rankNeurons,
  targetOf,
  topPredictions,
  topTokens,
  valueVector,
} from "./method.ts";
import { readModel } from "./model.ts";
import { hadamard, inner, meanSquare, scaled, softmax, sumOf, times } from "./vectors.ts";

interface GoldenCase {
  readonly prompt: string;
  readonly ids: number[];
  readonly target: number;
  readonly logprob: number;
  readonly top: [id: number, probability: number][];
  readonly head_logprob_after_ablation: number[][];
  readonly head_delta: number[][];
  readonly most_important_head: [layer: number, head: number];
  readonly layer_increase: { readonly attn: number[]; readonly ffn: number[] };
  readonly neuron_increase_top: [layer: number, neuron: number, increase: number][];
  readonly cna_top: {
    readonly layer: number;
    readonly neuron: number;
    readonly change: number;
    readonly before: number;
    readonly after: number;
    readonly coef_before: number;
    readonly coef_after: number;
    readonly top_tokens: string[];
  }[];
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "..", "golden", "abacus.json"), "utf8")) as {
  readonly cases: GoldenCase[];
};

/** Both sides compute in float64 from the same float32 weights: only the order of their sums differs. */
const SAME_IN_FLOAT64 = { atol: 1e-12, rtol: 1e-12 };

/** An identity of float64 sums; what cancels in them is at most about 100. */
const IDENTITY = { atol: 1e-11 };

const files = abacusFiles();
const abacus = readModel(files);
const tokenTexts = readTokenTexts(files.get("tokenizer.json")!);

describe.each(golden.cases)("agrees with the independent float64 implementation on “$prompt”", (want) => {
  const clean = forward(abacus, want.ids);
  const target = targetOf(clean);
  const lens = lensOf(abacus, clean);

  test("in the target and its log-probability", () => {
    expect(target).toBe(want.target);
    expect(logProbability(atLast(clean.logits), target)).toBeAllClose(want.logprob, SAME_IN_FLOAT64);
  });

  test("in the ten most probable tokens", () => {
    const top = topPredictions(clean, want.top.length);
    expect(top.map(({ id }) => id)).toEqual(want.top.map(([id]) => id));
    expect(top.map((row) => Math.exp(row.logProbability))).toBeAllClose(
      want.top.map(([, probability]) => probability),
      SAME_IN_FLOAT64,
    );
  });

  test("in the head sweep and its most important head", () => {
    const baseline = logProbability(atLast(clean.logits), target);
    const sweep = headSweep(abacus, want.ids, target);
    expect(sweep).toBeAllClose(want.head_logprob_after_ablation, SAME_IN_FLOAT64);
    expect(sweep.map((row) => row.map((value) => value - baseline))).toBeAllClose(want.head_delta, SAME_IN_FLOAT64);
    const [layer, head] = want.most_important_head;
    expect(mostImportantHead(sweep)).toEqual({ layer, head });
  });

  test("in the layers' increases", () => {
    const { attention, ffn } = layerIncreases(lens, clean, target);
    expect(attention).toBeAllClose(want.layer_increase.attn, SAME_IN_FLOAT64);
    expect(ffn).toBeAllClose(want.layer_increase.ffn, SAME_IN_FLOAT64);
  });

  test("in the neurons with the largest increase", () => {
    const top = rankNeurons(neuronIncreases(lens, clean, target)).slice(0, want.neuron_increase_top.length);
    expect(top.map(({ layer, neuron }) => [layer, neuron])).toEqual(
      want.neuron_increase_top.map(([layer, neuron]) => [layer, neuron]),
    );
    expect(top.map((row) => row.increase)).toBeAllClose(
      want.neuron_increase_top.map(([, , value]) => value),
      SAME_IN_FLOAT64,
    );
  });

  test("in the comparison with the most important head off", () => {
    const [layer, head] = want.most_important_head;
    const changed = forward(abacus, want.ids, [{ kind: "head", at: { layer, head }, scale: 0 }]);
    const rows = compareNeurons(lens, clean, changed, target).slice(0, want.cna_top.length);
    expect(rows.map((row) => [row.layer, row.neuron])).toEqual(want.cna_top.map((row) => [row.layer, row.neuron]));
    expect(
      rows.map((row) => [row.change, row.before, row.after, row.activationBefore, row.activationAfter]),
    ).toBeAllClose(
      want.cna_top.map((row) => [row.change, row.before, row.after, row.coef_before, row.coef_after]),
      SAME_IN_FLOAT64,
    );
    rows.forEach((row, i) => {
      const subvalue = scaled(valueVector(abacus, row.layer, row.neuron), row.activationBefore);
      const { top_tokens: texts } = want.cna_top[i]!;
      expect(topTokens(abacus, subvalue, texts.length).map(({ id }) => tokenTexts.get(id))).toEqual(texts);
    });
  });
});

const small = readModel(randomCheckpoint());
const models: [name: string, model: ReferenceModel, ids: number[]][] = [
  ["the bundled model", abacus, golden.cases[0]!.ids],
  ["random weights with grouped queries", small, [1, 20, 96, 3, 20, 51, 7]],
  ["random weights with tied embeddings", readModel(randomCheckpoint({ tied: true, seed: 2 })), [1, 5, 90, 41, 12]],
];

describe.each(models)("obeys the method's laws on %s", (_name, model, ids) => {
  const clean = forward(model, ids);
  const target = targetOf(clean);
  const lens = lensOf(model, clean);
  const layers = Array.from({ length: model.layers }, (_, layer) => layer);

  test("attention and FFN increases telescope to ln p(final) − ln p(embedding)", () => {
    const { attention, ffn } = layerIncreases(lens, clean, target);
    const sum = [...attention, ...ffn].reduce((a, b) => a + b);
    const embedded = lensLogProbability(lens, atLast(clean.layerInput[0]!), target);
    expect(sum).toBeAllClose(logProbability(atLast(clean.logits), target) - embedded, IDENTITY);
  });

  test("the lens of the last layer's output is the model's own prediction", () => {
    const seen = softmax(lensLogits(lens, atLast(clean.layerOutput.at(-1)!)));
    expect(seen).toBeAllClose(softmax(atLast(clean.logits)), IDENTITY);
  });

  test("heads sum to the attention's output, in a neuron's key too", () => {
    for (const layer of layers) {
      const heads = headsOf(model).map((head) => headOutput(model, clean, layer, head));
      expect(sumOf(heads)).toBeAllClose(atLast(clean.attnOutput[layer]!), IDENTITY);
      const key = keysOf(model, layer, 5).up;
      const shares = heads.map((output) => inner(output, key)).reduce((a, b) => a + b);
      expect(shares).toBeAllClose(inner(atLast(clean.attnOutput[layer]!), key), IDENTITY);
    }
  });

  test("source positions sum to the head's output, through a later head too", () => {
    const [layer, later] = [0, model.layers - 1];
    const sources = headsOf(model).map((head) => headOutputBySource(model, clean, layer, head));
    sources.forEach((bySource, head) => {
      expect(sumOf(bySource)).toBeAllClose(headOutput(model, clean, layer, head), IDENTITY);
    });
    const perPosition = ids.map((_, position) => sumOf(sources.map((bySource) => bySource[position]!)));
    const key = keysOf(model, later, 3).gate!;
    const score = (vector: Float64Array) => inner(throughFrozenHead(model, clean, later, vector), key);
    const sum = perPosition.map(score).reduce((a, b) => a + b);
    expect(sum).toBeAllClose(score(atLast(clean.attnOutput[layer]!)), IDENTITY);
  });

  test("one RMS of the residual explains every activation from its two keys", () => {
    for (const layer of layers) {
      const residual = atLast(clean.residualOutput[layer]!);
      const rms = Math.sqrt(meanSquare(residual) + model.anatomy.finalNorm(model).epsilon);
      const explained = Float64Array.from({ length: model.neurons }, (_, neuron) => {
        const gate = inner(residual, keysOf(model, layer, neuron).gate!) / rms;
        const up = inner(residual, keysOf(model, layer, neuron).up) / rms;
        return silu(gate) * up;
      });
      expect(explained).toBeAllClose(atLast(clean.activation[layer]!), IDENTITY);
    }
  });

  test("activations times value vectors sum to the FFN's output", () => {
    for (const layer of layers) {
      const subvalues = Array.from(atLast(clean.activation[layer]!), (m, neuron) =>
        scaled(valueVector(model, layer, neuron), m),
      );
      expect(sumOf(subvalues)).toBeAllClose(atLast(clean.ffnOutput[layer]!), IDENTITY);
    }
  });

  test("the residual adds up: input + attention + FFN = output = the next layer's input", () => {
    for (const layer of layers) {
      ids.forEach((_, position) => {
        const parts = [clean.layerInput, clean.attnOutput, clean.ffnOutput].map((part) => part[layer]![position]!);
        expect(sumOf(parts)).toBeAllClose(clean.layerOutput[layer]![position]!, IDENTITY);
      });
      expect(clean.layerInput[layer + 1] ?? clean.layerOutput[layer]).toEqual(clean.layerOutput[layer]);
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

  test("a prompt's beginning does not depend on its end", () => {
    const beginning = forward(model, ids.slice(0, 3));
    expect(beginning.logits).toBeAllClose(clean.logits.slice(0, 3), IDENTITY);
  });

  test("the lens is linear, so all neurons at once are each neuron by its definition", () => {
    const all = neuronIncreases(lens, clean, target);
    for (const at of [
      { layer: 0, neuron: 0 },
      { layer: 1, neuron: 17 },
      { layer: model.layers - 1, neuron: model.neurons - 1 },
    ]) {
      expect(all[at.layer]![at.neuron]!).toBeAllClose(neuronIncrease(lens, clean, at, target), IDENTITY);
    }
  });

  test("a head's increase is that of what it adds to its layer's input", () => {
    const [layer, head] = [1, 1];
    const values = headIncreases(lens, clean, target);
    expect(values.map((row) => row.length)).toEqual(layers.map(() => model.heads));
    const vector = headOutput(model, clean, layer, head);
    const expected = increase(lens, atLast(clean.layerInput[layer]!), vector, target);
    expect(values[layer]![head]!).toBe(expected);
  });

  test("switching a head off is removing its columns of o_proj", () => {
    const at = { layer: 1, head: model.heads - 1 };
    const without = { ...model, tensors: new Map(model.tensors) };
    const name = `model.layers.${at.layer}.self_attn.o_proj.weight`;
    const { shape, data } = tensorOf(model, name);
    const first = at.head * model.headDim;
    const pruned = data.map((value, i) => {
      const column = i % shape[1]!;
      return column >= first && column < first + model.headDim ? 0 : value;
    });
    without.tensors.set(name, { shape, data: pruned });
    const off = forward(model, ids, [{ kind: "head", at, scale: 0 }]);
    expect(off.logits).toBeAllClose(forward(without, ids).logits, IDENTITY);
    expect(off.logits).not.toBeAllClose(clean.logits, { atol: 1e-3 });
  });

  test("turning a neuron to half removes half of its subvalue from the FFN's output", () => {
    const at = { layer: 1, neuron: 17 };
    const turned = forward(model, ids, [{ kind: "neuron", at, scale: 0.5 }]);
    ids.forEach((_, position) => {
      const half = scaled(valueVector(model, at.layer, at.neuron), clean.activation[1]![position]![at.neuron]! / 2);
      expect(sumOf([turned.ffnOutput[1]![position]!, half])).toBeAllClose(clean.ffnOutput[1]![position]!, IDENTITY);
    });
  });

  test("interventions of scale 1 change nothing, two on one part multiply", () => {
    const at = { layer: 0, head: 1 };
    const idle = forward(model, ids, [{ kind: "head", at, scale: 1 }]);
    expect(idle.logits).toEqual(clean.logits);
    const twice = forward(model, ids, [
      { kind: "head", at, scale: 0.5 },
      { kind: "head", at, scale: 0.5 },
    ]);
    expect(twice.logits).toBeAllClose(forward(model, ids, [{ kind: "head", at, scale: 0.25 }]).logits, IDENTITY);
  });

  test("layers before an ablated head compare as unchanged", () => {
    const last = model.layers - 1;
    const changed = forward(model, ids, [{ kind: "head", at: { layer: last, head: 0 }, scale: 0 }]);
    const rows = compareNeurons(lens, clean, changed, target);
    expect(rows).toHaveLength(model.layers * model.neurons);
    expect(rows.filter((row) => row.layer < last && row.change !== 0)).toEqual([]);
  });

  test("what a vector promotes, its opposite suppresses", () => {
    const vector = valueVector(model, 1, 2);
    expect(bottomTokens(model, scaled(vector, -1), 5).map(({ id }) => id)).toEqual(
      topTokens(model, vector, 5).map(({ id }) => id),
    );
  });
});

describe("reads checkpoints", () => {
  test("ties the unembedding where the checkpoint has none", () => {
    const tied = readModel(randomCheckpoint({ tied: true }));
    expect(unembedding(tied)).toBe(tensorOf(tied, "model.embed_tokens.weight"));
    expect(unembedding(small)).not.toBe(tensorOf(small, "model.embed_tokens.weight"));
  });

  test("in shards as in one file", () => {
    const sharded = randomCheckpoint({ shards: 3 });
    expect([...sharded.keys()].filter((name) => name.includes("safetensors"))).toEqual([
      "model-00001-of-00003.safetensors",
      "model-00002-of-00003.safetensors",
      "model-00003-of-00003.safetensors",
      "model.safetensors.index.json",
    ]);
    expect(readModel(sharded).tensors).toEqual(small.tensors);
  });

  // a half has 11 significant bits, a bfloat16 has 8; half a step either way, and 2⁻²⁵ below the smallest normal half
  test.each([
    ["F16", 2 ** -11],
    ["BF16", 2 ** -8],
  ] as const)("in %s as in F32, to half a step", (dtype, rtol) => {
    const rounded = readModel(randomCheckpoint({ dtype }));
    for (const [name, { data }] of small.tensors) {
      expect(rounded.tensors.get(name)!.data).toBeAllClose(data, { atol: 2 ** -25, rtol });
    }
  });

  test("the same for the same seed, others for another", () => {
    expect(randomCheckpoint()).toEqual(randomCheckpoint());
    expect(randomCheckpoint({ seed: 2 })).not.toEqual(randomCheckpoint());
  });

  test("with weights that are handed in instead", () => {
    const halved = readModel(randomCheckpoint(), (name, { shape, data }) =>
      name === "lm_head.weight" ? { shape, data: scaled(data, 0.5) } : { shape, data },
    );
    const ids = [1, 9, 4];
    expect(forward(halved, ids).logits).toBeAllClose(
      forward(small, ids).logits.map((logits) => scaled(logits, 0.5)),
      IDENTITY,
    );
  });

  test("and names a tensor that is not there", () => {
    expect(() => layerWeight(small, 3, "mlp.up_proj")).toThrow("no model.layers.3.mlp.up_proj.weight");
  });
});

const headsOf = (model: ReferenceModel) => Array.from({ length: model.heads }, (_, head) => head);

/**
 * A vector as head 0 of `layer` would hand it on from the last position if it looked nowhere else (method 2.3, cell 10):
 * `W_O W_V (v / rms(layer input) ⊙ γ)`, with the norm's scale frozen, so it is linear.
 */
function throughFrozenHead(model: ReferenceModel, run: Capture, layer: number, vector: Float64Array): Float64Array {
  const rms = Math.sqrt(meanSquare(atLast(run.layerInput[layer]!)) + model.anatomy.finalNorm(model).epsilon);
  const normed = hadamard(scaled(vector, 1 / rms), layerWeight(model, layer, "input_layernorm").data);
  const values = times(layerWeight(model, layer, "self_attn.v_proj"), normed);
  const head = new Float64Array(model.heads * model.headDim);
  head.set(values.slice(0, model.headDim));
  return times(layerWeight(model, layer, "self_attn.o_proj"), head);
}

/** Tokens as the vocabulary writes them. */
function readTokenTexts(tokenizer: Uint8Array): Map<number, string> {
  const { model } = JSON.parse(new TextDecoder().decode(tokenizer)) as { model: { vocab: Record<string, number> } };
  return new Map(Object.entries(model.vocab).map(([text, id]) => [id, text]));
}
