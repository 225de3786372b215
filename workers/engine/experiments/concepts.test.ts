import { beforeAll, describe, expect, test } from "vitest";
import { conceptNeurons } from "#analysis/search/concept-search.ts";
import { conceptSets, ablationsOf } from "#analysis/experiments/suite/concept-sets.ts";
import type { ConceptReading } from "#analysis/experiments/suite/concept-sets.ts";
import { conceptLosses } from "#analysis/experiments/tables/concept-table.ts";
import { INDEX_DEPTH } from "#analysis/search/token-index.ts";
import type { ExperimentResult, RequestFor } from "#protocol/experiments.ts";
import { NATS } from "#test/agreement.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { farthest } from "#test/farthest.ts";
import { numbersOf } from "#test/leaves.ts";
import { caseScore, meanOfSource, ablatedNeurons, promptsLike } from "#test/reference/experiments.ts";
import { conceptsBehind, neuronLogits } from "#test/reference/lab.ts";
import { readModel } from "#test/reference/model.ts";
import { largest } from "#test/reference/vectors.ts";
import { conceptTokens } from "../lab/concept-tokens.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { NeuronIndex } from "../lab/neuron-index.ts";
import { memoryStore } from "../store/file-store.ts";
import { ExperimentSession } from "./experiment-session.ts";
import { readSuite } from "./suite-reader.ts";

type ConceptsResult = Extract<ExperimentResult, { readonly kind: "concepts" }>;

const sessionOf = (model: LoadedModel, store = memoryStore()) =>
  new ExperimentSession({ model, index: new NeuronIndex(model.runner), fingerprint: "test", store });

async function run(
  session: ExperimentSession,
  request: RequestFor<"concepts">,
  onDone: (done: number) => void = () => undefined,
) {
  const result = await session.run(request, ({ done }) => onDone(done), { signal: unaborted() });
  if (result.kind !== "concepts") throw new Error("another kind");
  return result;
}

describe("of a random model whose answers are several tokens", () => {
  const words = Array.from({ length: 12 }, (_, index) => `w${20 + 3 * index}`);
  const concepts = new Set(words.map((word) => Number(word.slice(1))));
  const request: RequestFor<"concepts"> = {
    kind: "concepts",
    suite: { kind: "pasted", text: "w3 w4,w5 w6,x\nw7,w8 w9,x\nw9 w3,w4 w10,y\nw3 w4,w5 w6,x\n" },
    words: [...words, "three"],
    // the most that a neuron has here is 12
    thresholds: [7, 9, 40],
    draws: 2,
    belowLayer: 2,
    lastAttention: 2,
    onlyCorrect: false,
    seed: 5,
  };

  test.each(["zero", "mean"] as const)(
    "counts, losses and random controls agree with the reference: %s",
    async (ablation) => {
      const files = randomCheckpoint({});
      const model = await loadInNode(files, "f32");
      const reference = readModel(files);
      const { found } = await run(sessionOf(model), { ...request, ablation });
      const depth = Math.min(INDEX_DEPTH, reference.vocabulary);
      const hits = [0, 1].map((layer) => {
        const each = Array.from({ length: reference.neurons }, (_, neuron) => ({ layer, neuron }));
        const through = [1, 2].filter((attention) => attention > layer);
        return {
          transformed: each.map((at) =>
            Math.max(...through.map((attention) => conceptsBehind(reference, at, attention, { concepts, depth }))),
          ),
          untransformed: each.map(
            (at) => largest(neuronLogits(reference, at), depth).filter((id) => concepts.has(id)).length,
          ),
        };
      });
      const { thresholds, draws, seed } = request;
      const sets = conceptSets(reference, hits, { thresholds, draws, seed });
      const { cases } = await readSuite(request.suite, model);
      const scored = cases.map((each) => {
        const ablationSource = ablation === "mean" ? meanOfSource(reference, promptsLike(each, cases)) : undefined;
        return {
          baseline: caseScore(reference, each),
          ablated: ablationsOf(sets).ablations.map(({ neurons }) =>
            caseScore(reference, each, ablatedNeurons(neurons), ablationSource),
          ),
        };
      });
      const want = conceptLosses(scored, sets, { onlyCorrect: false, seed, draws: 1000 });
      expect(want.sets.map(({ neurons }) => neurons).filter((count) => count > 0).length).toBeGreaterThan(2);
      const { tokens, correct, accuracy, sets: losses } = found;
      const { got, want: expected } = numbersOf({ tokens, correct, accuracy, sets: losses }, want);
      expect(farthest(got, expected, NATS)).toBeUndefined();
      expect(found.notTokens).toEqual(["three"]);
      expect([found.concepts, found.searched, found.layersSearched]).toEqual([12, 112, 2]);
      expect(found.byChance).toBeCloseTo((depth * 12) / 97, 12);
    },
  );
});

describe("of the bundled model", () => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadInNode(abacusFiles(), "q8");
  });
  const request: RequestFor<"concepts"> = {
    kind: "concepts",
    suite: { kind: "pasted", text: "3+5=,8\n4+9=,13\n9-4=,5\n" },
    words: ["3", "8", "eight", "three", "plus"],
    thresholds: [1, 3, 50],
    draws: 1,
    belowLayer: 2,
    lastAttention: 2,
    onlyCorrect: false,
    seed: 1,
  };

  test("finds as many neurons as the lab's search of all layers at once, and the most telling first", async () => {
    const { found } = await run(sessionOf(model), request);
    const { ids } = await conceptTokens(request.words, model.tokenizer);
    const neurons = await conceptNeurons(model.runner, { concepts: new Set(ids), belowLayer: 2, lastAttention: 2 });
    const atLeast = (least: number) => neurons.filter(({ tokens }) => tokens.length >= least).length;
    const counts = (reading: ConceptReading) =>
      found.sets.flatMap((set) => (set.reading === reading ? [set.neurons] : []));
    expect(counts("transformed")).toEqual([atLeast(1), atLeast(3), 0]);
    expect(counts("transformed")[0]).toBeGreaterThan(0);
    expect(counts("untransformed")).toEqual(counts("untransformed").toSorted((a, b) => b - a));
    const most = Math.max(...neurons.map(({ tokens }) => tokens.length));
    expect(found.examples[0]).toMatchObject({ concepts: most });
    expect(found.examples.map(({ concepts }) => concepts)).toEqual(
      found.examples.map(({ concepts }) => concepts).toSorted((a, b) => b - a),
    );
  });

  test("a set of no neurons costs nothing, and neither do its random ones", async () => {
    const { found } = await run(sessionOf(model), request);
    const nothing = { value: 0, low: 0, high: 0 };
    expect(found.sets.find(({ atLeast }) => atLeast === 50)).toMatchObject({
      neurons: 0,
      loss: nothing,
      nats: nothing,
      randomLoss: nothing,
      randomNats: nothing,
      isDisjoint: true,
    });
  });

  test("stopped after a layer, it goes on in a new session to the same numbers", async () => {
    const store = memoryStore();
    const controller = new AbortController();
    const stopped = sessionOf(model, store).run(request, () => controller.abort(), { signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    const again = sessionOf(model, store);
    const plan = await again.plan(request, unaborted());
    expect(plan).toMatchObject({ steps: 3, stepsKept: 1, rows: 3 * (1 + 2 * 3 * 2) });
    expect(plan.estimatedMs).toBeGreaterThan(0);
    const seen: number[] = [];
    const { found } = await run(again, request, (done) => seen.push(done));
    expect(seen).toEqual([1, 2, 3]);
    expect(found).toEqual((await run(sessionOf(model), request)).found);
  });

  test("until every layer is searched its counts are of those that are, and nothing is lost yet", async () => {
    const partial: ConceptsResult[] = [];
    const store = memoryStore();
    const controller = new AbortController();
    await sessionOf(model, store)
      .run(request, () => controller.abort(), { signal: controller.signal })
      .catch(() => undefined);
    await sessionOf(model, store).run(
      request,
      (progress) => progress.partial?.kind === "concepts" && partial.push(progress.partial),
      { signal: unaborted() },
    );
    expect(partial[0]!.found).toMatchObject({ layersSearched: 1, tokens: 0, accuracy: { value: Number.NaN } });
    expect(partial[0]!.found.sets[0]!.loss.value).toBeNaN();
  });

  test.each([
    ["no threshold", { thresholds: [] }, "thresholds"],
    ["a threshold of nothing", { thresholds: [0] }, "thresholds"],
    ["more than the tokens that are looked at", { thresholds: [51] }, "thresholds"],
    ["words that are no tokens", { words: ["seventeen hundred"] }, "none of the 1 words is a single token"],
    ["a layer that there is not", { belowLayer: 7 }, "belowLayer"],
  ])("refuses %s", async (_, changes, message) => {
    await expect(run(sessionOf(model), { ...request, ...changes })).rejects.toMatchObject({
      code: "bad-request",
      message: expect.stringContaining(message) as unknown,
    });
  });
});
