import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { headTable } from "#analysis/experiments/tables/head-table.ts";
import { digitLabels } from "#analysis/experiments/suite/digit-labels.ts";
import { memoriseTable } from "#analysis/experiments/tables/memorise-table.ts";
import { neuronCurves } from "#analysis/experiments/tables/neuron-curves.ts";
import type { SuiteDefinition } from "#analysis/experiments/suite/suite.ts";
import type { ExperimentProgress, ExperimentRequest, RequestFor, SuiteSource } from "#protocol/experiments.ts";
import { NATS } from "#test/agreement.ts";
import { guardedStore } from "#test/guarded-store.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { neuronCase, sweptCase } from "#test/reference/experiments.ts";
import { numbersOf } from "#test/leaves.ts";
import { farthest } from "#test/farthest.ts";
import { readModel } from "#test/reference/model.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { ModelSession } from "../session/model-session.ts";
import { NeuronIndex } from "../lab/neuron-index.ts";
import { memoryStore } from "../store/file-store.ts";
import { ExperimentSession } from "./experiment-session.ts";
import { readSuite } from "./suite-reader.ts";

const suite = (name: string) =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, "../../../public/suites", `${name}.json`), "utf8"),
  ) as SuiteDefinition;

interface Bench {
  readonly model: LoadedModel;
  readonly session: ExperimentSession;
  readonly reference: ReferenceModel;
}

async function open(files: Parameters<typeof loadInNode>[0]): Promise<Bench> {
  const model = await loadInNode(files, "f32");
  return { model, session: sessionOf(model), reference: readModel(files) };
}

const sessionOf = (model: LoadedModel, store = memoryStore()) =>
  new ExperimentSession({ model, index: new NeuronIndex(model.runner), fingerprint: "test", store });

const run = (
  session: ExperimentSession,
  request: ExperimentRequest,
  onProgress: (progress: ExperimentProgress) => void = () => undefined,
  signal = unaborted(),
) => session.run(request, onProgress, { signal });

const few = (name: string, count: number): SuiteSource => ({
  kind: "definition",
  definition: suite(name),
  count,
  seed: 3,
});
const heads = (source: SuiteSource): RequestFor<"heads"> => ({
  kind: "heads",
  suite: source,
  per: "token",
  onlyCorrect: false,
  seed: 1,
});

/** Every number of two findings that differs, or how they are built otherwise; undefined if they are the same. */
function difference(found: unknown, reference: unknown): string | undefined {
  const { got, want } = numbersOf(found, reference);
  return farthest(got, want, NATS);
}

let abacus: Bench;
beforeAll(async () => {
  abacus = await open(abacusFiles());
});

describe("every head off in every case", () => {
  test("agrees with one forward pass for each head and case", async () => {
    const source = few("abacus-2d", 2);
    const { found } = await run(abacus.session, heads(source));
    const { cases } = await readSuite(source, abacus.model);
    const reference = headTable(
      cases.map((each) => ({ group: each.asked.group, swept: sweptCase(abacus.reference, each) })),
      { per: "token", onlyCorrect: false, seed: 1, draws: 1000, headsPerLayer: 8 },
    );
    expect(difference(found, reference)).toBeUndefined();
  });

  test("of one case is the sweep of its prompt", async () => {
    const { found } = await run(abacus.session, heads({ kind: "pasted", text: "3+5=,8" }));
    const single = await new ModelSession(abacus.model).sweepHeads(
      "3+5=",
      { target: 12 },
      () => undefined,
      unaborted(),
    );
    if (!("heads" in found)) throw new Error("no table");
    expect(found.heads.map(({ effects }) => effects[0]!.change.value)).toBeAllClose(
      single.logProbability.flat().map((logProbability) => single.baseline - logProbability),
      NATS,
    );
  });
});

test("memorised and changed digits are those of the reference, by the same runs", async () => {
  const store = memoryStore();
  const session = sessionOf(abacus.model, store);
  const source = few("abacus-2d", 3);
  const seen: number[] = [];
  await run(session, heads(source));
  const request = {
    kind: "memorise",
    suite: source,
    heads: { "+": { layer: 0, head: 7 } },
    onlyCorrect: false,
    seed: 1,
  } as const;
  const { found } = await run(session, request, ({ done }) => seen.push(done));
  expect(seen, "nothing was run again").toEqual([]);
  const { cases } = await readSuite(source, abacus.model);
  const reference = memoriseTable(
    cases.map((each) => ({
      group: each.asked.group,
      labels: [
        digitLabels(each.asked.problem!.operation, each.asked.problem!.a, each.asked.problem!.b)!.includes("change-one")
          ? "change-one"
          : "memorise",
      ],
      swept: sweptCase(abacus.reference, each),
    })),
    { heads: request.heads, onlyCorrect: false, seed: 1, draws: 1000, headsPerLayer: 8 },
  );
  expect(difference(found, reference)).toBeUndefined();
});

test("mask, keep, loss of activation and the lowest neuron agree with the reference", async () => {
  const request: RequestFor<"neurons"> = {
    kind: "neurons",
    suite: { kind: "pasted", text: "prompt,answer,group\n3+5=,8,+\n45+27=,72,+\n9-4=,5,-\n" },
    head: { layer: 0, head: 7 },
    counts: [1, 5, 10],
    draws: 2,
    onlyCorrect: false,
    seed: 4,
  };
  const { found } = await run(abacus.session, request);
  const { cases } = await readSuite(request.suite, abacus.model);
  const reference = neuronCurves(
    cases.map(({ ids, answerIds }, index) =>
      neuronCase(abacus.reference, { ids, target: answerIds[0]! }, { ...request, seed: request.seed + index }),
    ),
    { onlyCorrect: false, seed: request.seed, draws: 1000 },
  );
  expect(difference(found, reference)).toBeUndefined();
});

describe("a model whose answers are several tokens", () => {
  // text is cut by the random model's tokenizer into characters
  test.each([{}, { family: "gpt2", heads: 3, kvHeads: 3, headDim: 14, modelDim: 42, layers: 2, seed: 14 }] as const)(
    "is scored token by token, and every head's loss agrees with the reference: %o",
    async (changes) => {
      const bench = await open(randomCheckpoint(changes));
      const source: SuiteSource = { kind: "pasted", text: "a b,ba c,x\nb,ab,x\nc a,aa b,y\n" };
      const { cases, report } = await readSuite(source, bench.model);
      expect(report.answerTokens).toBeGreaterThan(report.cases);
      const { found } = await run(bench.session, heads(source));
      const reference = headTable(
        cases.map((each) => ({ group: each.asked.group, swept: sweptCase(bench.reference, each) })),
        { per: "token", onlyCorrect: false, seed: 1, draws: 1000, headsPerLayer: bench.model.spec.heads },
      );
      expect(difference(found, reference)).toBeUndefined();
    },
  );
});

describe("a run", () => {
  const request = heads({ kind: "definition", definition: suite("abacus-1d"), count: 20, seed: 1 });

  test("that is stopped goes on where it stopped, in a new session, to the same numbers", async () => {
    const store = memoryStore();
    const controller = new AbortController();
    const stopped = run(sessionOf(abacus.model, store), request, () => controller.abort(), controller.signal);
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    const again = sessionOf(abacus.model, store);
    const plan = await again.plan(request, unaborted());
    expect(plan.stepsKept).toBe(1);
    const seen: ExperimentProgress[] = [];
    const resumed = await run(again, request, (progress) => seen.push(progress));
    expect(seen[0]).toMatchObject({ done: 1, total: plan.steps, partial: { steps: 1, stepsInAll: plan.steps } });
    expect(seen.map(({ done }) => done)).toEqual(Array.from({ length: plan.steps }, (_, step) => step + 1));
    expect(resumed).toEqual(await run(abacus.session, request));
  });

  test("counted otherwise runs nothing again", async () => {
    const store = memoryStore();
    const session = sessionOf(abacus.model, store);
    await run(session, request);
    const other = { ...request, per: "answer", onlyCorrect: true, seed: 9 } as const;
    expect(await session.plan(other, unaborted())).toMatchObject({
      stepsKept: (await session.plan(request, unaborted())).steps,
      estimatedMs: 0,
    });
  });

  test("is kept although its plan is asked for at the same moment, and it is started before a stopped one has ended", async () => {
    const session = sessionOf(abacus.model, guardedStore());
    const stop = new AbortController();
    const stopped = run(session, request, () => stop.abort(), stop.signal);
    const again = Promise.all([session.plan(request, unaborted()), run(session, request)]);
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    const [, { steps }] = await again;
    expect(await session.plan(request, unaborted())).toMatchObject({ steps, stepsKept: steps, estimatedMs: 0 });
  });

  test("is kept whole although its log could not be written at first", async () => {
    const store = memoryStore();
    let refusals = 2;
    const busy: typeof store = {
      ...store,
      write(...written) {
        refusals -= 1;
        return refusals < 0
          ? store.write(...written)
          : Promise.reject(new DOMException("in use", "NoModificationAllowedError"));
      },
    };
    const session = sessionOf(abacus.model, busy);
    const { steps } = await run(session, request);
    expect(steps).toBeGreaterThan(2);
    expect((await sessionOf(abacus.model, store).plan(request, unaborted())).stepsKept).toBe(steps);
  });

  test("that is forgotten begins anew, as does one of another model", async () => {
    const store = memoryStore();
    const session = sessionOf(abacus.model, store);
    await run(session, request);
    const other = new ExperimentSession({
      model: abacus.model,
      index: new NeuronIndex(abacus.model.runner),
      fingerprint: "other",
      store,
    });
    expect((await other.plan(request, unaborted())).stepsKept).toBe(0);
    await session.forget(request);
    const plan = await session.plan(request, unaborted());
    expect(plan.stepsKept).toBe(0);
    expect(plan.estimatedMs).toBeGreaterThan(0);
    expect(plan.rows).toBe(80 * 49 - 49 * plan.suite.duplicates);
  });

  test("says which lines it leaves out, and keeps the others", async () => {
    const text = 'prompt,answer\n3+5=,8\n4+4=\n"4+5=,9\n2+2=,4\n' + "1+".repeat(64) + "1=,64\n";
    const { suite: report } = await session1().plan(heads({ kind: "pasted", text }), unaborted());
    expect(report.cases).toBe(2);
    expect(report.complaints.map(({ line }) => line)).toEqual([3, 4, 6]);
    expect(report.complaints[2]!.message).toMatch(/the prompt has \d+ tokens; this model reads at most 64/);
  });

  test("of nothing is refused with the first reason", async () => {
    await expect(run(session1(), heads({ kind: "pasted", text: "3+5=" }))).rejects.toMatchObject({
      code: "bad-request",
      message: "suite: none of its cases can be run; line 1: it has no answer; a line as 3+5=,8 is needed",
    });
  });

  const session1 = () => abacus.session;
});
