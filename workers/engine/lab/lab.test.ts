import { beforeAll, describe, expect, test } from "vitest";
import { conceptNeurons } from "#analysis/search/concept-search.ts";
import { INDEX_DEPTH } from "#analysis/search/token-index.ts";
import { operandPlot } from "#analysis/operand-plot.ts";
import type { PlotPrompt, PlotQuantity } from "#analysis/operand-plot.ts";
import { randomGroups } from "#analysis/ablation/neuron-group.ts";
import type { Intervention } from "#model/interventions.ts";
import type { NeuronId } from "#model/ids.ts";
import { NATS } from "#test/agreement.ts";
import { hasPostNorm, hasPreNorm } from "#model/spec.ts";
import { abacusFiles, FAMILY_VARIANTS, randomCheckpoint } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import {
  activation,
  allNeurons,
  answerLogProbability,
  conceptsBehind,
  embeddingProducts,
  groupOutput,
  neuronLogits,
  neuronsByLogit,
  valueOutput,
} from "#test/reference/lab.ts";
import { keysOf } from "#test/reference/chain.ts";
import { bottomTokens, topTokens, valueVector } from "#test/reference/method.ts";
import { readModel } from "#test/reference/model.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import { forward } from "#test/reference/forward.ts";
import { lensOf } from "#test/reference/lens.ts";
import { scaled } from "#test/reference/vectors.ts";
import { LabSession } from "./lab-session.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { ModelSession } from "../session/model-session.ts";
import { NeuronIndex } from "./neuron-index.ts";

/** Logits of bare vectors: float32 sums of some 200 terms below 1. */
const LOGITS = { atol: 1e-5, rtol: 1e-5 };
const ACTIVATIONS = { atol: 1e-4, rtol: 1e-5 };

interface Bench {
  readonly model: LoadedModel;
  readonly lab: LabSession;
  readonly reference: ReferenceModel;
}

async function open(files: CheckpointFiles): Promise<Bench> {
  const model = await loadInNode(files, "f32");
  const index = new NeuronIndex(model.runner);
  return { model, lab: new LabSession(model, index, new ModelSession(model, index)), reference: readModel(files) };
}

const MODELS = [
  { name: "the bundled model", files: abacusFiles, ids: [1, 7, 1004, 9, 1008], target: 12, token: 12 },
  // shared key heads, a residual narrower than the heads together
  { name: "a random GQA model", files: () => randomCheckpoint({}), ids: [1, 5, 9, 33, 2, 96], target: 17, token: 17 },
];

describe.each(MODELS)("on $name in f32", ({ files, ids, target, token }) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await open(files());
  });

  test.each(["promotes", "suppresses"] as const)("search by logit is brute force over all neurons: %s", async (end) => {
    const { lab, model, reference } = bench;
    const { rows, total } = await lab.searchNeurons(token, { count: 25, by: "logit", end }, {});
    const sign = end === "promotes" ? 1 : -1;
    const every = neuronsByLogit(reference, token).sort((a, b) => sign * (b.logit - a.logit));
    expect(total).toBe(model.spec.layers * model.spec.neurons);
    expect(rows.map(({ logit }) => logit)).toBeAllClose(
      every.slice(0, 25).map(({ logit }) => logit),
      LOGITS,
    );
    for (const row of rows) {
      const logits = neuronLogits(reference, row);
      expect(row.logit).toBeAllClose(logits[token]!, LOGITS);
      // tokens within float32's reach of this one may stand on either side of it
      const ahead = (by: number) => logits.filter((logit) => sign * (logit - logits[token]!) > by).length;
      expect(row.rank).toBeGreaterThanOrEqual(ahead(1e-5));
      expect(row.rank).toBeLessThanOrEqual(ahead(-1e-5));
    }
  });

  test.each(["promotes", "suppresses"] as const)(
    "search by rank finds every neuron that keeps the token: %s",
    async (end) => {
      const { lab, reference } = bench;
      const { rows, total } = await lab.searchNeurons(token, { count: 10_000, by: "rank", end }, {});
      const sign = end === "promotes" ? 1 : -1;
      const depth = Math.min(INDEX_DEPTH, reference.vocabulary);
      const clear = { certain: new Set<string>(), possible: new Set<string>() };
      for (const at of allNeurons(reference)) {
        const logits = neuronLogits(reference, at);
        const ahead = (by: number) => logits.filter((logit) => sign * (logit - logits[token]!) > by).length;
        if (ahead(-1e-5) - 1 < depth) clear.certain.add(nameOf(at));
        if (ahead(1e-5) < depth) clear.possible.add(nameOf(at));
      }
      const found = rows.map(nameOf);
      expect(total).toBe(rows.length);
      expect(found.filter((name) => !clear.possible.has(name))).toEqual([]);
      expect([...clear.certain].filter((name) => !found.includes(name))).toEqual([]);
      expect(rows.map(({ rank }) => rank)).toEqual(rows.map(({ rank }) => rank).toSorted((a, b) => a - b));
      for (const row of rows.slice(0, 50)) expect(row.logit).toBeAllClose(neuronLogits(reference, row)[token]!, LOGITS);
    },
  );

  test("value-output transformations are the reference's", async () => {
    const { model, reference } = bench;
    const neurons = [0, 7, 31].map((neuron) => ({ layer: 0, neuron }));
    const vectors = await model.runner.weights.valueVectors(neurons);
    for (const layer of [1, model.spec.layers - 1]) {
      expect(await model.runner.weights.valueOutput(layer, vectors)).toBeAllClose(
        neurons.map(({ neuron }) => valueOutput(reference, layer, valueVector(reference, 0, neuron))),
        LOGITS,
      );
    }
  });

  test("concept search counts what the reference counts", async () => {
    const { model, reference } = bench;
    const concepts = new Set(Array.from({ length: 12 }, (_, index) => 4 + index));
    const [belowLayer, lastAttention] = [1, 2];
    const found = await conceptNeurons(model.runner, { concepts, belowLayer, lastAttention });
    const depth = Math.min(INDEX_DEPTH, reference.vocabulary);
    const byNeuron = new Map(found.map((each) => [each.neuron, each]));
    for (let neuron = 0; neuron < 40; neuron++) {
      const counts = [1, 2].map((through) =>
        conceptsBehind(reference, { layer: 0, neuron }, through, { concepts, depth }),
      );
      const most = Math.max(...counts);
      expect(byNeuron.get(neuron)?.tokens.length ?? 0).toBe(most);
      expect(byNeuron.get(neuron)?.through).toBe(most > 0 ? 1 + counts.indexOf(most) : undefined);
    }
  });

  test.each([
    { quantity: { kind: "activation", at: { layer: 1, neuron: 5 } } },
    { quantity: { kind: "head", at: { layer: 1, head: 2 } } },
    { quantity: { kind: "probability" } },
    { quantity: { kind: "logProbability" } },
  ] as const satisfies readonly { quantity: PlotQuantity }[])(
    "a plot of $quantity.kind is one forward pass a prompt",
    async ({ quantity }) => {
      const { model, reference } = bench;
      const off: Intervention[] = [
        { kind: "head", at: { layer: 0, head: 1 }, scale: 0 },
        { kind: "head", at: { layer: 1, head: 0 }, scale: 0.5 },
      ];
      const prompts: PlotPrompt[] = [
        { ids, target },
        { ids: ids.with(1, 8), target: 9 },
        { ids: ids.slice(0, 3), target },
        { ids: ids.with(2, 30) },
      ];
      const values = await operandPlot(model.runner, prompts, { quantity, changes: { interventions: off } });
      const expected = prompts.map((prompt) => referenceCell(reference, prompt, quantity, off));
      expect(values).toBeAllClose(expected, quantity.kind === "activation" ? ACTIVATIONS : NATS);
    },
  );

  test("a group's tokens, its loss and its random twins' are the reference's", async () => {
    const { lab, model, reference } = bench;
    const neurons = [
      { layer: 0, neuron: 3 },
      { layer: 2, neuron: 11 },
      { layer: 2, neuron: 40 },
    ];
    const found = await lab.neuronGroup(ids, { neurons, target, draws: 2, seed: 9 }, unaborted());
    const without = (group: readonly NeuronId[]) =>
      answerLogProbability(
        reference,
        ids,
        target,
        group.map((at) => ({ kind: "neuron", at, scale: 0 })),
      );
    expect(found.baseline).toBeAllClose(without([]), NATS);
    expect(found.withoutGroup).toBeAllClose(without(neurons), NATS);
    const random = randomGroups(model.spec, neurons, { draws: 2, seed: 9 }).map(without);
    expect(found.withoutRandom).toBeAllClose(random, NATS);
    expect(found.randomMean).toBeAllClose((random[0]! + random[1]!) / 2, NATS);
    expect(found.randomSpread).toBeAllClose(Math.abs(random[0]! - random[1]!) / Math.SQRT2, NATS);
    expect(found.perLayer.slice(0, 3)).toEqual([1, 0, 2]);
    const output = groupOutput(reference, ids, neurons);
    const lens = lensOf(reference, forward(reference, ids));
    const through = (list: { logit: number }[]) => list.map(({ logit }) => logit * lens.scale);
    expect(found.promotes.map(({ logit }) => logit)).toBeAllClose(through(topTokens(reference, output, 10)), NATS);
    expect(found.suppresses.map(({ logit }) => logit)).toBeAllClose(through(bottomTokens(reference, output, 10)), NATS);
  });

  test("a neuron's keys and what it says behind later layers are the reference's", async () => {
    const { lab, model, reference } = bench;
    const at = { layer: 1, neuron: 6 };
    const { keys, through } = await lab.neuronWiring(at, { count: 5 });
    expect(keys.map(({ part }) => part)).toEqual(["gate", "up"]);
    for (const { part, raisedBy, loweredBy } of keys) {
      const products = embeddingProducts(reference, keysOf(reference, at.layer, at.neuron)[part]!);
      const sorted = [...products].sort((a, b) => b - a);
      expect(raisedBy.map(({ logit }) => logit)).toBeAllClose(sorted.slice(0, 5), LOGITS);
      expect(loweredBy.map(({ logit }) => logit)).toBeAllClose(sorted.toReversed().slice(0, 5), LOGITS);
      expect(products[raisedBy[0]!.id]).toBeAllClose(sorted[0]!, LOGITS);
    }
    expect(through.map(({ layer }) => layer)).toEqual(
      Array.from({ length: model.spec.layers - 2 }, (_, index) => index + 2),
    );
    const behind = valueOutput(reference, through[0]!.layer, valueVector(reference, 1, 6));
    expect(through[0]!.promotes.map(({ logit }) => logit)).toBeAllClose(
      topTokens(reference, behind, 5).map(({ logit }) => logit),
      LOGITS,
    );
    // the other end of a vector is the top of its negative
    expect(through[0]!.suppresses.map(({ logit }) => -logit)).toBeAllClose(
      topTokens(reference, scaled(behind, -1), 5).map(({ logit }) => logit),
      LOGITS,
    );
  });
});

/**
 * With a single token attention has nothing to choose, so what it writes is the value-output transformation of its normed input
 * plus what no input decides: the difference of two tokens' outputs has only the first.
 */
test.each(FAMILY_VARIANTS)("value-output matrices are what attention computes: $name", async ({ changes }) => {
  const { runner, spec } = await loadInNode(randomCheckpoint(changes), "f32");
  const outputs = await Promise.all(
    [3, 20].map(async (id) => {
      const residual = await runner.embed([id]);
      const residPre = await runner.download(residual);
      const taken = hasPostNorm(spec) ? (["residMid", "attnPostScale"] as const) : (["residMid"] as const);
      const { taps } = await runner.block(0, residual, { taps: taken });
      const behind = taps.attnPostScale?.[0] ?? 1;
      const mean = spec.norm === "layer" ? residPre.reduce((sum, value) => sum + value, 0) / residPre.length : 0;
      const square = residPre.reduce((sum, value) => sum + (value - mean) ** 2, 0) / residPre.length;
      const [transformed] = await runner.weights.valueOutput(0, [residPre]);
      return {
        written: taps.residMid!.map((value, dim) => value - residPre[dim]!),
        scaled: transformed!.map((value) => value / behind / (hasPreNorm(spec) ? Math.sqrt(square + spec.normEps) : 1)),
      };
    }),
  );
  const difference = (of: "written" | "scaled") => outputs[0]![of].map((value, dim) => value - outputs[1]![of][dim]!);
  expect(difference("written")).toBeAllClose(difference("scaled"), { atol: 1e-4, rtol: 1e-4 });
});

test("a neuron without a gate has one key: its column of c_fc under the norm's gain, the mean taken out", async () => {
  const files = randomCheckpoint({ family: "gpt2" });
  const { runner, spec } = await loadInNode(files, "f32");
  const { tensors } = readModel(files);
  const gain = tensors.get("transformer.h.1.ln_2.weight")!.data;
  const inputs = tensors.get("transformer.h.1.mlp.c_fc.weight")!;
  const key = gain.map((value, dim) => value * inputs.data[dim * spec.neurons + 9]!);
  const mean = key.reduce((sum, value) => sum + value, 0) / key.length;
  const { up, gate } = await runner.weights.neuronKeys({ layer: 1, neuron: 9 });
  expect(gate).toBeUndefined();
  expect(up).toBeAllClose(
    key.map((value) => value - mean),
    { atol: 1e-6 },
  );
});

describe("on the bundled model", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await open(abacusFiles());
  });

  test("a plot knows each prompt's right answer, and which cells have none", async () => {
    const plot = await bench.lab.operandPlot(
      {
        template: "{a}/{b}=",
        operation: "/",
        a: { from: 6, to: 8 },
        b: { from: 2, to: 4 },
        quantity: { kind: "probability" },
      },
      () => undefined,
      unaborted(),
    );
    expect(plot.answers).toEqual([
      ["3", "2", ""],
      ["", "", ""],
      ["4", "", "2"],
    ]);
    expect(plot.unanswered).toBe(5);
    expect(plot.values.map((row) => row.map(Number.isNaN))).toEqual([
      [false, false, true],
      [true, true, true],
      [false, true, false],
    ]);
    expect(plot.values[0]![0]).toBeGreaterThan(0.5);
    expect(plot.lengths).toEqual([5]);
  });

  test("the answer after words is the token that follows them", async () => {
    const { values, answers } = await bench.lab.operandPlot(
      {
        template: "the sum of {a} and {b} is",
        operation: "+",
        a: { from: 4, to: 5 },
        b: { from: 9, to: 9 },
        quantity: { kind: "probability" },
      },
      () => undefined,
      unaborted(),
    );
    expect(answers).toEqual([["13"], ["14"]]);
    expect(values.flat().every((probability) => probability > 0.5)).toBe(true);
  });

  test("a ten by ten plot costs fewer than forty forwards, and says how far it is", async () => {
    const { runner, spec } = bench.model;
    let blocks = 0;
    const block = runner.block.bind(runner);
    runner.block = (...args) => {
      blocks += 1;
      return block(...args);
    };
    const reported: number[] = [];
    const digits = { from: 0, to: 9 };
    try {
      await bench.lab.operandPlot(
        {
          template: "{a}+{b}=",
          operation: "+",
          a: digits,
          b: digits,
          quantity: { kind: "head", at: { layer: 0, head: 7 } },
        },
        ({ done }) => reported.push(done),
        unaborted(),
      );
    } finally {
      runner.block = block;
    }
    expect(blocks).toBeLessThan(40 * spec.layers);
    expect(blocks).toBe(spec.layers);
    expect(reported).toEqual([100]);
  });

  test("a hundred by a hundred arrives in parts", async () => {
    const parts: number[] = [];
    const all = { from: 0, to: 99 };
    const plot = await bench.lab.operandPlot(
      {
        template: "{a}+{b}=",
        operation: "+",
        a: all,
        b: all,
        quantity: { kind: "activation", at: { layer: 0, neuron: 1 } },
      },
      ({ values }) => parts.push(values.flat().filter((value) => !Number.isNaN(value)).length),
      unaborted(),
    );
    expect(plot.values.flat()).toHaveLength(10_000);
    expect(parts.length).toBeGreaterThan(10);
    expect(parts).toEqual(parts.toSorted((a, b) => a - b));
    expect(parts.at(-1)).toBe(10_000);
  });

  test("concept search counts and lists, and names the words that are no tokens", async () => {
    const words = ["three", "3", "drei", "seventeen hundred"];
    const found = await bench.lab.searchConcepts({ words, atLeast: 2, count: 5 }, {});
    expect(found.notTokens).toEqual(["seventeen hundred"]);
    expect(found.concepts.map(({ text }) => text)).toEqual(["three", "3", "drei"]);
    expect([found.belowLayer, found.lastAttention, found.searched]).toEqual([3, 3, 1536]);
    expect(found.atLeast[0]).toBe(1536);
    expect(found.atLeast).toEqual(found.atLeast.toSorted((a, b) => b - a));
    expect(found.rows.length).toBe(Math.min(5, found.atLeast[2] ?? 0));
    for (const row of found.rows) expect(row.through).toBeGreaterThan(row.layer);
  });

  test.each([
    ["a template without a {b}", { template: "{a}+1=" }, "has no {b}"],
    ["a range that runs down", { a: { from: 5, to: 1 } }, "a goes from 5 to 1"],
    ["more than a hundred", { b: { from: 0, to: 100 } }, "at most 100 of them"],
    ["a neuron that there is not", { quantity: { kind: "activation", at: { layer: 9, neuron: 0 } } }, "L9N0 is not in"],
    ["a prompt that is too long", { template: "{a}+{b}+".repeat(30) }, "tokens"],
  ] as const)("refuses %s", async (_, changes, message) => {
    const options = {
      template: "{a}+{b}=",
      operation: "+",
      a: { from: 0, to: 1 },
      b: { from: 0, to: 1 },
      quantity: { kind: "probability" },
      ...changes,
    } as const;
    await expect(bench.lab.operandPlot(options, () => undefined, unaborted())).rejects.toThrow(message);
  });

  test.each([
    [
      "a word list without tokens",
      () => bench.lab.searchConcepts({ words: ["qqqqqq"], atLeast: 1, count: 5 }, {}),
      "none of the 1 words",
    ],
    [
      "a text of two tokens",
      () => bench.lab.searchNeurons("8+", { count: 5, by: "logit", end: "promotes" }, {}),
      "“8+” is 2 tokens for this model (8 · +). A search is for one.",
    ],
    [
      "a token that there is not",
      () => bench.lab.searchNeurons(5_000, { count: 5, by: "logit", end: "promotes" }, {}),
      "token: 5000 is no token id",
    ],
  ])("refuses %s", async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
});

function referenceCell(
  model: ReferenceModel,
  { ids, target }: PlotPrompt,
  quantity: PlotQuantity,
  interventions: readonly Intervention[],
): number {
  if (quantity.kind === "activation") return activation(model, ids, quantity.at, interventions);
  if (target === undefined) return Number.NaN;
  const logProbability = answerLogProbability(model, ids, target, interventions);
  if (quantity.kind === "logProbability") return logProbability;
  if (quantity.kind === "probability") return Math.exp(logProbability);
  const others = interventions.filter(
    ({ kind, at }) => kind !== "head" || at.layer !== quantity.at.layer || at.head !== quantity.at.head,
  );
  const off = { kind: "head", at: quantity.at, scale: 0 } as const;
  return logProbability - answerLogProbability(model, ids, target, [...others, off]);
}

const nameOf = ({ layer, neuron }: NeuronId) => `L${layer}N${neuron}`;
