import { beforeAll, describe, expect, test } from "vitest";
import type { Dtype } from "#model/checkpoint.ts";
import {
  differencesFromGolden,
  differencesFromReference,
  goldenCases,
  mostImportantHead,
  NATS,
} from "#test/agreement.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { askAll, loadInNode, unaborted } from "#test/engine.ts";
import { readModel } from "#test/reference/model.ts";
import { EXAMPLES } from "#views/prompt/examples.ts";
import { quantised } from "#test/reference/quantise.ts";
import { ModelSession } from "./model-session.ts";

const COUNT = 20;

describe("on the bundled model in f32", () => {
  let session: ModelSession;
  beforeAll(async () => {
    session = new ModelSession(await loadInNode(abacusFiles(), "f32"));
  });

  test.each(goldenCases)("$prompt agrees with the published numbers", async (golden) => {
    const [layer, head] = golden.most_important_head;
    expect(
      differencesFromGolden(golden, await askAll(session, { ...golden, head: { layer, head }, count: COUNT })),
    ).toEqual([]);
  });

  test.each(goldenCases)("$prompt promotes the published tokens", async (golden) => {
    const [layer, head] = golden.most_important_head;
    const interventions = [{ kind: "head", at: { layer, head }, scale: 0 }] as const;
    const { rows } = await session.compareNeurons(
      golden.ids,
      { target: golden.target, count: 5, interventions },
      () => undefined,
      unaborted(),
    );
    rows.forEach(({ promotes }, rank) =>
      expect(promotes.map(({ text }) => text)).toEqual(golden.cna_top[rank]!.top_tokens),
    );
  });

  test("reads a prompt as text as it reads its tokens", async () => {
    const asText = await session.predict("3+5=", { top: 10 }, () => undefined, unaborted());
    expect(asText.tokens.map(({ id }) => id)).toEqual(goldenCases[0]!.ids);
    expect(asText.top[0]!.text).toBe("8");
    expect(asText.target).toEqual({ ...asText.top[0], rank: 0 });
  });

  test("generates the answer and goes on", async () => {
    expect((await session.generate("3+5=", { tokens: 1 }, unaborted())).ids).toEqual([12]);
  });
});

describe.each(["q8", "q4"] as const)("on the bundled model in %s", (dtype) => {
  let session: ModelSession;
  const reference = quantised(readModel(abacusFiles()), dtype === "q8" ? 8 : 4);
  beforeAll(async () => {
    session = new ModelSession(await loadInNode(abacusFiles(), dtype));
  });

  test.each(goldenCases.slice(0, 3))(
    "$prompt agrees with the reference on the same quantised weights",
    async (golden) => {
      const [layer, head] = golden.most_important_head;
      expect(
        differencesFromReference(reference, await askAll(session, { ...golden, head: { layer, head }, count: COUNT })),
      ).toEqual([]);
    },
  );
});

test.each(goldenCases)("q8 keeps the prediction and the most important head of $prompt", async (golden) => {
  const session = await quantisedAbacus();
  const { top } = await session.predict(golden.ids, { top: 10 }, () => undefined, unaborted());
  expect(top[0]!.id).toBe(golden.top[0]![0]);
  const { logProbability } = await session.sweepHeads(
    golden.ids,
    { target: golden.target },
    () => undefined,
    unaborted(),
  );
  expect(mostImportantHead(logProbability)).toEqual(golden.most_important_head);
});

describe("on every example of the page", () => {
  let exact: ModelSession;
  beforeAll(async () => {
    exact = new ModelSession(await loadInNode(abacusFiles(), "f32"));
  });

  test.each(EXAMPLES.flatMap(({ examples }) => examples))(
    "q8 keeps the answer and the most important head of $prompt",
    async ({ prompt }) => {
      const sweep = async (session: ModelSession) => {
        const { target, logProbability } = await session.sweepHeads(prompt, {}, () => undefined, unaborted());
        return { target, head: mostImportantHead(logProbability) };
      };
      expect(await sweep(await quantisedAbacus())).toEqual(await sweep(exact));
    },
  );
});

let shared: Promise<ModelSession> | undefined;
function quantisedAbacus(): Promise<ModelSession> {
  shared ??= loadInNode(abacusFiles(), "q8").then((model) => new ModelSession(model));
  return shared;
}

/** Random models: shared key heads, widths that are no multiple of a block, every way that weights can be stored. */
const RANDOM = [
  { name: "untied F32", changes: {} },
  { name: "tied BF16 in three files", changes: { tied: true, dtype: "BF16", shards: 3, seed: 5 } },
  { name: "F16 with many heads to one key", changes: { dtype: "F16", heads: 6, kvHeads: 1, seed: 7 } },
] as const;

describe.each(RANDOM)("on a random model, $name", ({ changes }) => {
  test.each(["f32", "q8", "q4"] as const satisfies readonly Dtype[])(
    "agrees with the reference in %s",
    async (dtype) => {
      const files = randomCheckpoint(changes);
      const exact = readModel(files);
      const reference = dtype === "f32" ? exact : quantised(exact, dtype === "q8" ? 8 : 4);
      const session = new ModelSession(await loadInNode(files, dtype));
      for (const ids of [[1, 5, 9, 33, 2, 96], [3]]) {
        expect(
          differencesFromReference(
            reference,
            await askAll(session, { ids, target: 17, head: { layer: 1, head: 2 }, count: COUNT }),
          ),
        ).toEqual([]);
      }
    },
  );
});

/** Twenty prompts of every kind the model was trained on. */
const TWENTY = [
  "3+5=",
  "7+8=",
  "45+27=",
  "63+19=",
  "9-4=",
  "12-7=",
  "81-36=",
  "6*7=",
  "9*9=",
  "72/8=",
  "36/6=",
  "the sum of 4 and 9 is",
  "the difference of 15 and 6 is",
  "three plus five is",
  "drei plus fünf ist",
  "trois plus cinq font",
  "III + V =",
  "after 41 comes",
  "the nurse said that",
  "the capital of france is",
];

describe("twins", () => {
  test.each(TWENTY)("the certified lists of “%s” equal brute force", async (prompt) => {
    const session = await quantisedAbacus();
    const { logProbability } = await session.sweepHeads(prompt, {}, () => undefined, unaborted());
    const [layer, head] = mostImportantHead(logProbability);
    const interventions = [{ kind: "head", at: { layer, head }, scale: 0 }] as const;
    const all = await session.compareNeurons(prompt, { interventions, count: 3072 }, () => undefined, unaborted());
    const every = await session.topNeurons(prompt, { count: 3072 }, () => undefined, unaborted());
    expect([all.evaluated, every.evaluated]).toEqual([3072, 3072]);
    for (const count of [10, 50]) {
      const compared = await session.compareNeurons(prompt, { interventions, count }, () => undefined, unaborted());
      expect(compared.certified).toBe(true);
      expect(compared.evaluated).toBeLessThan(3072 / 4);
      expectSameList(
        compared.rows.map((row) => [row, row.change]),
        all.rows.map((row) => [row, row.change]),
      );
      const top = await session.topNeurons(prompt, { count }, () => undefined, unaborted());
      expect(top.certified).toBe(true);
      expect(top.evaluated).toBeLessThan(3072 / 4);
      expectSameList(
        top.rows.map((row) => [row, row.increase]),
        every.rows.map((row) => [row, row.increase]),
      );
    }
  });

  test("the neurons of largest increase name the tokens of what they write, as the comparison does", async () => {
    const session = await quantisedAbacus();
    const { rows } = await session.topNeurons("3+5=", { count: 3 }, () => undefined, unaborted());
    // in float64, see docs/methods/comparison.md
    expect(rows[1]).toMatchObject({ layer: 4, neuron: 425 });
    expect(rows[1]!.promotes).toHaveLength(10);
    expect(rows[1]!.promotes.slice(0, 3).map(({ text }) => text)).toEqual(["8", "huit", "VIII"]);
    const shares: number[] = [];
    await session.topNeurons("3+5=", { count: 3 }, ({ done, total }) => shares.push(done / total), unaborted());
    expect(shares.length).toBeGreaterThan(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  test("the wavefront equals one run per head", async () => {
    const session = await quantisedAbacus();
    for (const prompt of TWENTY.slice(0, 4)) {
      const { target, logProbability } = await session.sweepHeads(prompt, {}, () => undefined, unaborted());
      const oneByOne = logProbability.map((row, layer) =>
        Promise.all(
          row.map(async (_, head) => {
            const interventions = [{ kind: "head", at: { layer, head }, scale: 0 }] as const;
            return (await session.predict(prompt, { top: 10, target, interventions }, () => undefined, unaborted()))
              .target.logProbability;
          }),
        ),
      );
      expect(logProbability).toBeAllClose(await Promise.all(oneByOne), NATS);
    }
  });

  test("row by row gives the same sweep, a row at a time", async () => {
    const model = await loadInNode(abacusFiles(), "q8");
    const reported: number[] = [];
    // one session would not sweep twice
    const whole = await new ModelSession(model).sweepHeads("45+27=", {}, () => undefined, unaborted());
    const rows = await new ModelSession(model).sweepHeads(
      "45+27=",
      { rowByRow: true },
      (report) => {
        if ("layer" in report) reported.push(report.layer);
      },
      unaborted(),
    );
    expect(rows.logProbability).toBeAllClose(whole.logProbability, NATS);
    expect(reported).toEqual([5, 4, 3, 2, 1, 0]);
  });
});

type Scored = readonly [{ readonly layer: number; readonly neuron: number }, number];

/** The same neurons with the same values; neighbours whose values differ by less than float32 can tell may change places. */
function expectSameList(fast: readonly Scored[], all: readonly Scored[]): void {
  const wanted = all.slice(0, fast.length);
  expect(fast.map(([, value]) => value)).toBeAllClose(
    wanted.map(([, value]) => value),
    { atol: 1e-5 },
  );
  const name = ([{ layer, neuron }]: Scored) => `L${layer}N${neuron}`;
  const lowest = wanted.at(-1)![1];
  const clear = (list: readonly Scored[]) =>
    list
      .filter(([, value]) => value > lowest + 1e-5)
      .map(name)
      .sort();
  expect(clear(fast)).toEqual(clear(wanted));
}
