import { beforeAll, describe, expect, test } from "vitest";
import { donorsFor, ablationSourceOf } from "#analysis/experiments/ablation.ts";
import type { Ablation } from "#analysis/experiments/ablation.ts";
import { sweepCases } from "#analysis/experiments/case-sweep.ts";
import { headTable } from "#analysis/experiments/tables/head-table.ts";
import { neuronCurves } from "#analysis/experiments/tables/neuron-curves.ts";
import { forcedIds } from "#analysis/experiments/suite/scored-cases.ts";
import type { RequestFor, SuiteSource } from "#protocol/experiments.ts";
import { NATS } from "#test/agreement.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { farthest } from "#test/farthest.ts";
import { numbersOf } from "#test/leaves.ts";
import {
  meanOfSource,
  neuronCase,
  ablationSourceOf as referenceAblationSource,
  sweptCase,
} from "#test/reference/experiments.ts";
import { readModel } from "#test/reference/model.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { NeuronIndex } from "../lab/neuron-index.ts";
import { memoryStore } from "../store/file-store.ts";
import { ExperimentSession } from "./experiment-session.ts";
import { readSuite } from "./suite-reader.ts";

const sessionOf = (model: LoadedModel, store = memoryStore()) =>
  new ExperimentSession({ model, index: new NeuronIndex(model.runner), fingerprint: "test", store });

const run = (
  session: ExperimentSession,
  request: RequestFor<"heads"> | RequestFor<"memorise"> | RequestFor<"neurons">,
  onDone: (done: number) => void = () => undefined,
) => session.run(request, ({ done }) => onDone(done), { signal: unaborted() });

const pasted = (text: string): SuiteSource => ({ kind: "pasted", text });
const heads = (suite: SuiteSource, ablation?: Ablation): RequestFor<"heads"> => ({
  kind: "heads",
  suite,
  per: "token",
  onlyCorrect: false,
  seed: 1,
  ...(ablation && { ablation }),
});

function difference(found: unknown, reference: unknown): string | undefined {
  const { got, want } = numbersOf(found, reference);
  return farthest(got, want, NATS);
}

// two prompts of each shape, so that each has one other to take from
const PAIRS = "w3 w4,w5 w6,x\nw7,w8 w9,x\nw9 w3,w4 w10,y\nw11,w12 w5,y\n";
const FAMILIES = [
  {},
  { family: "gpt2", heads: 3, kvHeads: 3, headDim: 14, modelDim: 42, layers: 2, seed: 14 },
] as const;

describe.each(FAMILIES)("of a model whose answers are several tokens, %o", (changes) => {
  let model: LoadedModel;
  let reference: ReferenceModel;
  beforeAll(async () => {
    const files = randomCheckpoint(changes);
    model = await loadInNode(files, "f32");
    reference = readModel(files);
  });

  const alike = async (suite: SuiteSource) => {
    const { cases } = await readSuite(suite, model);
    const ofShape = (length: number) => cases.filter((each) => each.ids.length === length).map(forcedIds);
    return cases.map((each) => {
      const own = forcedIds(each).join();
      const all = ofShape(each.ids.length);
      return { each, all, other: all.find((ids) => ids.join() !== own)! };
    });
  };

  test.each(["mean", "resample"] as const)("every head's loss agrees with the reference: %s", async (ablation) => {
    const suite = pasted(PAIRS);
    const { found, alone } = await run(sessionOf(model), heads(suite, ablation));
    expect(alone, "each has another").toBeUndefined();
    const swept = (await alike(suite)).map(({ each, all, other }) => ({
      group: each.asked.group,
      swept: sweptCase(
        reference,
        each,
        ablation === "mean" ? meanOfSource(reference, all) : referenceAblationSource(reference, other),
      ),
    }));
    const { heads: headsPerLayer } = model.spec;
    const want = headTable(swept, { per: "token", onlyCorrect: false, seed: 1, draws: 1000, headsPerLayer });
    expect(difference(found, want)).toBeUndefined();
  });

  test.each(["mean", "resample"] as const)("mask, keep and loss of activation agree: %s", async (ablation) => {
    const request: RequestFor<"neurons"> = {
      kind: "neurons",
      suite: pasted("w3 w4,w5,x\nw6 w7,w8,x\nw9,w10,y\n"),
      head: { layer: 0, head: 1 },
      counts: [1, 4],
      draws: 2,
      onlyCorrect: false,
      seed: 4,
      ablation,
    };
    const { found, alone } = await run(sessionOf(model), request);
    expect(alone, "the last prompt is the only one of its length").toBe(1);
    const want = (await alike(request.suite)).map(({ each: { ids, answerIds }, all, other }, index) =>
      neuronCase(
        reference,
        { ids, target: answerIds[0]! },
        {
          ...request,
          seed: request.seed + index,
          ablationSource:
            ablation === "mean" ? meanOfSource(reference, all) : referenceAblationSource(reference, other ?? ids),
        },
      ),
    );
    const curves = neuronCurves(want, { onlyCorrect: false, seed: request.seed, draws: 1000 });
    expect(difference(found, curves)).toBeUndefined();
  });
});

describe("of the bundled model", () => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadInNode(abacusFiles(), "f32");
  });
  const suite = pasted("3+5=,8\n4+9=,13\n7+1=,8\n9-4=,5\n3+5=,9\n12+30=,42\n");
  const read = async () => (await readSuite(suite, model)).cases;

  test("the mean of all heads and a case's own activations leave a single case as it is", async () => {
    for (const ablation of ["mean", "resample"] as const) {
      const { found, alone } = await run(sessionOf(model), heads(pasted("3+5=,8"), ablation));
      if (!("heads" in found)) throw new Error("no table");
      expect(alone).toBe(1);
      expect(found.heads.map(({ all }) => all.change.value)).toBeAllClose(new Float64Array(48), { atol: 1e-6 });
    }
  });

  test("a case resampled with itself is unchanged by every head, among others too", async () => {
    const cases = (await read()).slice(0, 3);
    const ablationSource = await ablationSourceOf(model.runner, cases, ["z"]);
    for (const { baseline, heads: without } of await sweepCases(model.runner, cases, { ablationSource })) {
      for (const { logProbability } of without) {
        expect(logProbability).toBeAllClose([...baseline.logProbability], { atol: 1e-6 });
      }
    }
  });

  test("zero, asked for or left out, is the same run to the last digit", async () => {
    const store = memoryStore();
    const { found } = await run(sessionOf(model, store), heads(suite));
    const seen: number[] = [];
    const named = await run(sessionOf(model, store), heads(suite, "zero"), (done) => seen.push(done));
    expect(seen, "nothing was run again").toEqual([]);
    expect(named.found).toEqual(found);
    const anew = await run(sessionOf(model), heads(suite, "zero"));
    expect(anew.found).toEqual(found);
  });

  test("each ablation has a log of its own, resampling one for each seed, which the digits share", async () => {
    const session = sessionOf(model);
    const left = async (request: RequestFor<"heads"> | RequestFor<"memorise">) => {
      const { steps, stepsKept } = await session.plan(request, unaborted());
      return steps - stepsKept;
    };
    await run(session, heads(suite, "resample"));
    expect(await left(heads(suite, "resample"))).toBe(0);
    expect(await left({ ...heads(suite, "resample"), per: "answer" })).toBe(0);
    expect(await left({ kind: "memorise", suite, heads: {}, onlyCorrect: false, seed: 1, ablation: "resample" })).toBe(
      0,
    );
    expect(await left({ ...heads(suite, "resample"), seed: 2 })).toBeGreaterThan(0);
    expect(await left(heads(suite, "mean"))).toBeGreaterThan(0);
    expect(await left(heads(suite))).toBeGreaterThan(0);
  });

  test("what stands in is another prompt's, never the case's own, and the seed says whose", async () => {
    const cases = await read();
    const own = await ablationSourceOf(model.runner, cases, ["z"]);
    // the fifth case is the first one's prompt with another answer
    const prompts = [0, 1, 2, 3, 5];
    const isOf = (z: Float32Array, prompt: number) =>
      farthest([...z], [...own.z(2, prompt)], { atol: 1e-6 }) === undefined;
    const drawnBy = async (seed: number) => {
      const source = donorsFor(model.runner, cases, { ablation: "resample", seed, taps: ["z"] });
      const { z } = (await source.of([0, 1, 2, 3, 4]))!;
      return [0, 1, 2, 3, 4].map((index) => prompts.find((prompt) => isOf(z(2, index), prompt)));
    };
    const draws = await Promise.all(Array.from({ length: 12 }, (_, seed) => drawnBy(seed)));
    for (const drawn of draws) {
      drawn.forEach((donor, index) => expect([undefined, index % 4]).not.toContain(donor));
    }
    expect(new Set(draws.map(([first]) => first)), "every other one comes up").toEqual(new Set([1, 2, 3, 5]));
    expect(await drawnBy(7)).toEqual(await drawnBy(7));
  });

  test("the mean is that of the different prompts, position by position", async () => {
    const cases = (await read()).slice(0, 5);
    const { z: own } = await ablationSourceOf(model.runner, cases, ["z"]);
    const source = donorsFor(model.runner, cases, { ablation: "mean", seed: 1, taps: ["z"] });
    const { z } = (await source.of([3]))!;
    const want = Array.from(own(4, 0), (_, at) => [0, 1, 2, 3].reduce((sum, index) => sum + own(4, index)[at]! / 4, 0));
    expect([...z(4, 0)]).toBeAllClose(want, { atol: 1e-6 });
  });
});
