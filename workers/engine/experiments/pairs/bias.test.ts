import { beforeAll, describe, expect, test } from "vitest";
import { biasCurve } from "#analysis/experiments/tables/bias-curve.ts";
import { answerLogProbability } from "#analysis/experiments/tables/accuracy.ts";
import { pairNeurons } from "#analysis/experiments/pair-neurons.ts";
import type { ComparedPair } from "#analysis/experiments/pair-neurons.ts";
import type { ScoredCase } from "#analysis/experiments/suite/scored-cases.ts";
import { randomGroups } from "#analysis/ablation/neuron-group.ts";
import type { NeuronId } from "#model/ids.ts";
import type { RequestFor, SuiteSource } from "#protocol/experiments.ts";
import { NATS } from "#test/agreement.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { unaborted } from "#test/engine.ts";
import { difference, experimentBench, findingsOf, resumedFindings, suiteFile } from "#test/experiment-bench.ts";
import type { ExperimentBench } from "#test/experiment-bench.ts";
import { activationsOf, caseScore, meanOfSource, ablatedNeurons, promptsLike } from "#test/reference/experiments.ts";
import { forward } from "#test/reference/forward.ts";
import { lensOf } from "#test/reference/lens.ts";
import { neuronIncreases } from "#test/reference/method.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import { ModelSession } from "../../session/model-session.ts";
import { NeuronIndex } from "../../lab/neuron-index.ts";
import { weighted } from "./bias-steps.ts";
import { readSuite } from "../suite-reader.ts";
import type { ReadCase } from "../suite-reader.ts";

const pronouns = suiteFile("pronouns-abacus").pair!;
const few: SuiteSource = {
  kind: "definition",
  definition: {
    name: "few",
    title: "",
    about: "",
    pair: {
      sides: pronouns.sides,
      templates: pronouns.templates.slice(0, 2),
      words: { she: ["nurse", "maid"], he: ["plumber", "pilot"] },
    },
  },
  seed: 1,
};
const request: RequestFor<"bias"> = {
  kind: "bias",
  suite: few,
  controls: [{ kind: "pasted", text: "mary said that,she,names\njohn said that,he,names\n3+5=,8,+\n" }],
  counts: [0, 9],
  scale: 0,
  draws: 1,
  seed: 5,
};

/** Every neuron by Σ weight · (increase on the own side − on the other), straight from the definition. */
function rankedByReference(model: ReferenceModel, pairs: readonly ComparedPair[]) {
  const increases = ({ ids, target }: ComparedPair["own"]) => {
    const run = forward(model, ids);
    return neuronIncreases(lensOf(model, run), run, target)
      .map((layer) => Array.from(layer))
      .flat();
  };
  const own = pairs.map((pair) => increases(pair.own));
  const other = pairs.map((pair) => increases(pair.other));
  const sum = (values: readonly (readonly number[])[], index: number) =>
    values.reduce((total, each, pair) => total + pairs[pair]!.weight * each[index]!, 0);
  return own[0]!
    .map((_, index) => ({
      layer: Math.floor(index / model.neurons),
      neuron: index % model.neurons,
      change: sum(own, index) - sum(other, index),
      own: sum(own, index),
      other: sum(other, index),
    }))
    .sort((a, b) => b.change - a.change);
}

let abacus: ExperimentBench;
beforeAll(async () => {
  abacus = await experimentBench(abacusFiles());
});

describe("a bias over pairs", () => {
  test.each(["zero", "mean"] as const)(
    "agrees with one forward pass for each side, neuron set and control, number by number: %s",
    async (ablation) => {
      const found = await findingsOf(abacus, { ...request, ablation });
      const { model, reference } = abacus;
      const { cases } = await readSuite(few, model);
      const compared = cases.filter(({ asked }) => asked.pair!.template === 0);
      const ranked = rankedByReference(reference, weighted(compared as Parameters<typeof weighted>[0]));
      expect(found.certified).toBe(true);
      expect(
        difference(
          found.neurons.map(({ layer, neuron, change, own, other }) => ({ layer, neuron, change, own, other })),
          ranked.slice(0, 9),
        ),
      ).toBeUndefined();

      const sets = request.counts.flatMap((count, place) => {
        const list: NeuronId[] = ranked.slice(0, count);
        return [list, ...randomGroups(reference, list, { draws: 1, seed: 5 + place })];
      });
      const controls = (await readSuite(request.controls[0]!, model)).cases;
      const all: ScoredCase[] = [...cases, ...cases.map(({ other }) => other!), ...controls];
      const scores = (each: ScoredCase) => {
        const ablationSource = ablation === "mean" ? meanOfSource(reference, promptsLike(each, all)) : undefined;
        return [[], ...sets].map((set) => caseScore(reference, each, ablatedNeurons(set), ablationSource));
      };
      const curve = biasCurve(
        cases.map((each) => {
          const other = scores(each.other!);
          const gaps = scores(each).map((own, at) => answerLogProbability(own) - answerLogProbability(other[at]!));
          return { group: each.asked.group, word: each.asked.pair!.word, template: each.asked.pair!.template, gaps };
        }),
        controls.map((each) => ({ group: each.asked.group, scores: scores(each) })),
        { counts: request.counts, randomSets: 1, seed: 5, draws: 1000 },
      );
      const { neurons, certified, ...rest } = found;
      expect(difference(rest, curve)).toBeUndefined();
      expect(neurons).toHaveLength(9);
      expect(certified).toBe(true);
    },
  );

  test("is not changed by no neuron, nor by neurons multiplied by 1", async () => {
    const { bias, rows, controls } = await findingsOf(abacus, { ...request, scale: 1 });
    for (const row of rows) {
      expect(row.bias.value).toBeAllClose(bias.value, NATS);
      expect(row.random.mean).toBeAllClose(bias.value, NATS);
      expect(row.reduction.value).toBeAllClose(0, NATS);
      expect(row.costs.map(({ cost }) => cost.lost.value)).toEqual(controls.map(() => 0));
    }
    const [none] = (await findingsOf(abacus, { ...request })).rows;
    expect(none!.bias.value).toBeAllClose(bias.value, NATS);
  });

  test("of one pair lists what the comparison of its prompts' own analyses gives", async () => {
    const pair = { ...pronouns, templates: pronouns.templates.slice(0, 1), words: { she: ["nurse"], he: [] } };
    const suite: SuiteSource = { kind: "definition", definition: { ...suiteFile("pronouns-abacus"), pair }, seed: 1 };
    const { neurons } = await findingsOf(abacus, { ...request, suite, counts: [3] });
    const [{ ids, answerIds, other }] = (await readSuite(suite, abacus.model)).cases as readonly [ReadCase];
    const session = new ModelSession(abacus.model);
    const rows = async (target: number) =>
      (await session.topNeurons(ids, { target, count: 3072 }, () => undefined, unaborted())).rows;
    const [she, he] = [await rows(answerIds[0]!), await rows(other!.answerIds[0]!)];
    for (const each of neurons) {
      const find = (list: typeof she) => list.find((at) => at.layer === each.layer && at.neuron === each.neuron)!;
      expect(each.own).toBeAllClose(find(she).increase, NATS);
      expect(each.other).toBeAllClose(find(he).increase, NATS);
      expect(each.activations[0]).toBeAllClose(find(she).activation, { atol: 1e-4, rtol: 1e-4 });
    }
  });

  test("goes on with the neurons that were found before it was stopped", async () => {
    const { stopped, plan, seen, partial, found } = await resumedFindings(abacus, request, 1);
    expect(partial).toMatchObject({ pairs: 0, bias: { value: Number.NaN }, neurons: found.neurons });
    expect(stopped).toBe("AbortError");
    expect(plan).toMatchObject({ stepsKept: 1, suite: { cases: 8 } });
    expect(seen.at(0)).toBe(1);
    expect(seen.at(-1)).toBe(plan.steps);
    expect(found).toEqual(await findingsOf(abacus, request));
  });

  test("of a suite without pairs is refused with what is needed", async () => {
    await expect(findingsOf(abacus, { ...request, suite: { kind: "pasted", text: "3+5=,8" } })).rejects.toMatchObject({
      code: "bad-request",
      message: "suite: none of its cases has another side; a suite of pairs is needed, as gender-paper",
    });
    await expect(findingsOf(abacus, { ...request, scale: Number.NaN })).rejects.toMatchObject({ code: "bad-request" });
  });
});

describe("neurons of pairs that weigh more on one side", () => {
  const gpt2 = { family: "gpt2", heads: 3, kvHeads: 3, headDim: 14, modelDim: 42, layers: 2, seed: 14 } as const;
  // the log-sum-exp does not cancel, so that the bounds are needed
  test.each([
    { checkpoint: { seed: 3 }, other: [1, 5, 7], target: 3 },
    { checkpoint: { seed: 3 }, other: [1, 4, 7], target: 8 },
    { checkpoint: gpt2, other: [1, 5, 7], target: 3 },
  ])("are those of the reference: %o", async ({ checkpoint, other, target }) => {
    const { model, reference } = await experimentBench(randomCheckpoint(checkpoint));
    const pairs = [{ own: { ids: [1, 4, 7], target: 3 }, other: { ids: other, target }, weight: 1 }];
    const ranges = await new NeuronIndex(model.runner).ranges({});
    const found = await pairNeurons(model.runner, pairs, { count: 12, ranges });
    expect(found.certified).toBe(true);
    const ranked = rankedByReference(reference, pairs).slice(0, 12);
    expect(found.neurons.map(({ change }) => change)).toBeAllClose(
      ranked.map(({ change }) => change),
      NATS,
    );
    expect(found.neurons[0]).toMatchObject({ layer: ranked[0]!.layer, neuron: ranked[0]!.neuron });
  });
});

test("activations are those behind either side's prompts", async () => {
  const definition = {
    ...suiteFile("gender-abacus"),
    pair: {
      sides: ["mary", "john"] as const,
      templates: [{ prompt: "{x} said that", answer: "{y}" }],
      words: { mary: ["she"], john: ["he"] },
    },
  };
  const suite: SuiteSource = { kind: "definition", definition, seed: 1 };
  const { neurons, sides } = await findingsOf(abacus, { ...request, suite, counts: [4] });
  const { cases } = await readSuite(suite, abacus.model);
  expect(sides.map(({ name }) => name)).toEqual(["mary", "john"]);
  expect(
    sides.every(({ bias }) => bias.value > 3),
    "names decide",
  ).toBe(true);
  const [mary, john] = cases.map(({ ids }) => activationsOf(abacus.reference, ids, []));
  for (const each of neurons) {
    expect(each.activations).toBeAllClose([mary!(each), john!(each)], { atol: 1e-4, rtol: 1e-4 });
  }
});
