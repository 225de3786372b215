import { beforeAll, describe, expect, test } from "vitest";
import { heuristicAblationTable } from "#analysis/experiments/operands/heuristic-table.ts";
import { heuristicsOf } from "#analysis/experiments/operands/heuristics.ts";
import type { OperandPair } from "#analysis/experiments/operands/heuristics.ts";
import { heuristicAblation } from "#analysis/experiments/operands/heuristic-ablation.ts";
import { sortedLayer } from "#analysis/experiments/operands/sorted-layer.ts";
import { randomGroups } from "#analysis/ablation/neuron-group.ts";
import type { NeuronId } from "#model/ids.ts";
import type { RequestFor, SuiteDefinition, SuiteSource } from "#protocol/experiments.ts";
import { abacusFiles } from "#test/checkpoints.ts";
import { unaborted } from "#test/engine.ts";
import { difference, experimentBench, findingsOf, resumedFindings } from "#test/experiment-bench.ts";
import type { ExperimentBench } from "#test/experiment-bench.ts";
import { activationsOf, caseScore, ablatedNeurons } from "#test/reference/experiments.ts";
import { neuronLogits } from "#test/reference/lab.ts";
import { operandProblems, operandSuite } from "./operand-problems.ts";

const range = { from: 0, to: 10 };
const definition: SuiteDefinition = {
  name: "sums",
  title: "",
  about: "",
  arithmetic: [
    { group: "+", operation: "+", a: range, b: range, templates: ["{a}+{b}=", "{a} plus {b} is"] },
    { group: "-", operation: "-", a: range, b: range, templates: ["{a}-{b}="] },
  ],
};
const suite: SuiteSource = { kind: "definition", definition, count: 3, seed: 4 };
const request: RequestFor<"heuristics"> = {
  kind: "heuristics",
  suite,
  seed: 2,
  fromLayer: 5,
  sorted: 16,
  counts: [2, 6],
  draws: 1,
};

let bench: ExperimentBench;
beforeAll(async () => {
  bench = await experimentBench(abacusFiles());
});

const single = async (text: string) => {
  const { tokenizer } = bench.model;
  const { ids } = await tokenizer.tokenize(text);
  return [...ids];
};

/** Tokens of a problem and of its answer, read one by one. */
async function read({ a, b, answer }: OperandPair, sign: string) {
  const ids = await single(`${a}${sign}${b}=`);
  const whole = await single(`${a}${sign}${b}=${answer}`);
  return { ids, answerIds: whole.slice(ids.length) };
}

describe("with the reference", () => {
  test("sorted neurons, controls and what every problem loses agree, one forward pass for each pair and each set", async () => {
    const found = await findingsOf(bench, request);
    const [sums] = found.groups;
    // 121 sums, three of which are tested and none of these mapped; 66 differences, too few to leave any out
    expect(found.groups.map(({ name, pairs, isHeldOut, tested }) => [name, pairs, isHeldOut, tested])).toEqual([
      ["+", 118, true, 3],
      ["-", 66, false, 3],
    ]);

    const { reference } = bench;
    const operands = Array.from({ length: 11 }, (_, value) => value);
    const all = operands.flatMap((a) => operands.map((b): OperandPair => ({ a, b, answer: a + b })));
    // whichever three the suite drew: those that the maps do not have
    const { cases } = await drawn();
    const tested = cases.map(({ a, b }) => all.find((pair) => pair.a === a && pair.b === b)!);
    const pairs = all.filter((pair) => !tested.includes(pair));
    const heuristics = heuristicsOf("+", pairs);
    expect(sums!.heuristics).toBe(heuristics.length);

    const prompts = await Promise.all(pairs.map((pair) => read(pair, "+")));
    const tokens = [...new Set(prompts.map(({ answerIds }) => answerIds[0]!))];
    const layer = 5;
    const neurons: NeuronId[] = operandsOf(reference.neurons).map((neuron) => ({ layer, neuron }));
    const logits = neurons.map((at) => neuronLogits(reference, at));
    const mean = logits.map((each) => each.reduce((sum, value) => sum + value, 0) / each.length);
    const activations = new Float32Array(pairs.length * neurons.length);
    prompts.forEach(({ ids }, pair) => {
      const of = activationsOf(reference, ids, []);
      neurons.forEach((at, neuron) => (activations[pair * neurons.length + neuron] = of(at)));
    });
    const sorted = sortedLayer(
      {
        neurons: neurons.length,
        activations,
        products: tokens.map((token) => Float64Array.from(logits, (each, neuron) => each[token]! - mean[neuron]!)),
        answers: prompts.map(({ answerIds }) => tokens.indexOf(answerIds[0]!)),
      },
      heuristics,
      { count: 16, bothEnds: true, seed: 2 },
    );
    expect(sums!.sorted.own).toEqual(sorted.own);
    expect(sums!.sorted.own.matched).toBeGreaterThan(4);
    expect(sums!.examples.map(({ at }) => at.neuron)).toEqual(sorted.neurons.slice(0, 12).map(({ neuron }) => neuron));
    expect(
      difference(
        sums!.examples.map(({ support }) => support),
        sorted.neurons.slice(0, 12).map(({ support }) => support),
      ),
    ).toBeUndefined();

    const knocked = await Promise.all(
      tested.map(async (problem, place) => {
        const asked = await read(problem, "+");
        const seed = 2 + place;
        return {
          baseline: caseScore(reference, asked),
          points: [2, 6].map((count) => {
            const set = heuristicAblation(problem, [{ layer, neurons: sorted.neurons }], heuristics, {
              count,
              draws: 1,
              seed,
            });
            const scored = (off: readonly NeuronId[]) => caseScore(reference, asked, ablatedNeurons(off));
            return {
              neurons: set.own.length,
              own: scored(set.own),
              others: set.others.map(scored),
              random: randomGroups(reference, set.own, { draws: 1, seed }).map(scored),
            };
          }),
        };
      }),
    );
    const { rows, correct } = sums!;
    const want = heuristicAblationTable(knocked, [2, 6], { seed: 2, draws: 1000 });
    expect(want.rows.map(({ neurons: off }) => off > 0)).toEqual([true, true]);
    expect(difference({ correct, rows }, { correct: want.correct, rows: want.rows })).toBeUndefined();
  });
});

const operandsOf = (count: number) => Array.from({ length: count }, (_, value) => value);

/** The sums that the suite draws, by the suite's own seed. */
async function drawn() {
  const problems = await operandProblems(operandSuite(suite), bench.model);
  return { cases: problems.filter(({ group }) => group === "+") };
}

test("goes on after a stop where it was, to the same findings", async () => {
  const whole = await findingsOf(bench, request);
  const resumed = await resumedFindings(bench, request, 1);
  // a layer of two groups, then six problems, four a step
  expect([resumed.stopped, resumed.plan.steps, resumed.plan.stepsKept]).toEqual(["AbortError", 4, 1]);
  expect(resumed.found).toEqual(whole);
  expect(resumed.partial!.groups.map(({ sorted, tested }) => [sorted.own.neurons, tested])).toEqual([
    [16, 0],
    [0, 0],
  ]);
});

test("layers below are run once, and each on its own after a stop", async () => {
  const more = { ...request, fromLayer: 3 };
  const whole = await findingsOf(bench, more);
  expect((await resumedFindings(bench, more, 2)).found).toEqual(whole);
});

test("the plan counts what the problems run: as they are twice at most, and each k with its controls", async () => {
  const plan = await bench.session.plan({ ...request, seed: 9 }, unaborted());
  expect([plan.steps, plan.rows]).toEqual([4, 6 * (2 + 2 * 3)]);
  expect(plan.estimatedMs).toBeGreaterThan(0);
});

test.each<[string, Partial<RequestFor<"heuristics">>, string]>([
  [
    "cases that are lines",
    { suite: { kind: "pasted", text: "3+5=,8,+" } },
    "none of its cases is a problem whose operands are known",
  ],
  [
    "a suite without operands",
    {
      suite: {
        kind: "definition",
        definition: {
          name: "x",
          title: "",
          about: "",
          lists: [{ group: "g", templates: ["{x} ="], rows: [["3", "8"]] }],
        },
        seed: 1,
      },
    },
    "none of its cases is a problem",
  ],
  ["a layer that there is not", { fromLayer: 6 }, "fromLayer is 6; it needs to be a whole number from 0 to 5"],
  ["more neurons than a layer has", { sorted: 513 }, "sorted is 513; it needs to be a whole number from 1 to 512"],
])("refuses %s", async (_, change, message) => {
  await expect(findingsOf(bench, { ...request, ...change })).rejects.toThrow(message);
});
