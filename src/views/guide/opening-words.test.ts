import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Prediction } from "#state/run/results.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import { PREDICTING, crowdedChain } from "#test/chains.ts";
import { noMeanSentence, ablatedSentence, pathSentence, reasonSentence, silentSentence } from "./opening-words.ts";
import type { OpeningText } from "./opening-words.ts";

const EIGHT = 12;

/** A run whose first token is given, and in which “8” has a probability. */
function run(first: string, probability: number, ofEight: number): Prediction {
  const token = (id: number, text: string, p: number, rank: number) => ({
    id,
    text,
    probability: p,
    logProbability: Math.log(p),
    rank,
  });
  const isEight = first === "8";
  return {
    tokens: [],
    top: [token(isEight ? EIGHT : 8, first, probability, 0)],
    included: [],
    target: token(EIGHT, "8", ofEight, isEight ? 0 : 20),
  };
}

const before = run("8", 0.942, 0.942);
const head = { layer: 0, head: 7 };

test("a part that the answer needs says what takes its place", () => {
  expect(ablatedSentence({ head, before, after: run("4", 0.752, 0.0003), prompts: 0, isCostliest: true })).toBe(
    "Without L0H7 it says “4” (75.2\u202f%); it was “8” (94.2\u202f%).",
  );
});

test("a part that is as in other prompts says so", () => {
  expect(ablatedSentence({ head, before, after: run("4", 0.752, 0.0003), prompts: 8, isCostliest: true })).toBe(
    "With L0H7 as in 8 other prompts, on average, it says “4” (75.2\u202f%); it was “8” (94.2\u202f%).",
  );
});

test("an answer that stands is not said to be broken", () => {
  expect(ablatedSentence({ head, before, after: run("8", 0.81, 0.81), prompts: 0, isCostliest: true })).toBe(
    "Without L0H7 it still says “8” (81.0\u202f%); it was 94.2\u202f%. No head alone breaks this answer.",
  );
});

test.each([
  ["heads were not all measured", 0.81, false],
  ["another token may be likelier without another head", 0.45, true],
])("where %s, nothing is said of other heads", (_why, left, isCostliest) => {
  expect(ablatedSentence({ head, before, after: run("8", left, left), prompts: 0, isCostliest })).toMatch(
    /it was 94\.2\u202f%\.$/,
  );
});

test("a neuron that falls silent is said with what it wrote and gave", () => {
  const promotes = ["8", "huit", "VIII", "acht"].map((text, id) => ({ id, text }));
  const spoke = { layer: 4, neuron: 425, change: 0.69, before: 0.68, after: -0.01, promotes } as never;
  const fell = "L4N425 wrote 8, huit, VIII and gave “8” 0.68 nats; now it gives −0.01.";
  expect(silentSentence({ most: spoke, spoke }, "8")).toBe(fell);

  // what never spoke for the answer did not fall silent, however much it takes
  const most = { layer: 5, neuron: 240, change: 6.46, before: -0.54, after: -7, promotes } as never;
  const against = "L5N240 loses most by speaking against “8”: −0.54 nats, now −7.00.";
  expect(silentSentence({ most, spoke }, "8")).toBe(`${fell} ${against}`);
  expect(silentSentence({ most, spoke: undefined }, "8")).toBe(
    `None of those that lose most spoke for the answer. ${against}`,
  );
  const raised = { layer: 5, neuron: 240, change: -0.5, before: 0, after: 0.5, promotes } as never;
  expect(silentSentence({ most: raised, spoke: undefined }, "8")).toBe(
    "No neuron loses anything of what it gives to “8”.",
  );
});

test("what does not survive the mean is said, with what costs most by it and costs nothing by zero", () => {
  const outcome = { prompts: 8, before, after: run("8", 0.944, 0.944) };
  const spoken =
    "With its mean over 8 other prompts instead, the model says “8” (94.4\u202f%). L0H7 says the same each time: it does not carry the numbers.";
  expect(reasonSentence(outcome, "L0H7", true)).toBe(spoken);
  const most = { at: { layer: 0, head: 3 }, effect: 5.6 };
  expect(reasonSentence({ ...outcome, most }, "L0H7", true)).toBe(`${spoken} By the mean L0H3 costs most: 5.60 nats.`);
  expect(reasonSentence({ ...outcome, most, mostBefore: 0.001 }, "L0H7", true)).toBe(
    `${spoken} By the mean L0H3 costs most: 5.60 nats (by zero 0.00).`,
  );
});

test.each([
  ["another answer", run("4", 0.6, 0.1)],
  ["the answer with a third of its probability", run("8", 0.3, 0.3)],
])("%s by the mean leaves the finding standing", (_what, after) => {
  expect(reasonSentence({ prompts: 8, before, after }, "L0H7", true)).toMatch(/: the finding stands\.$/);
});

test.each<[what: string, reason: Parameters<typeof reasonSentence>[0], sentence: string]>([
  [
    "another answer",
    { prompts: 0, before, after: run("4", 0.6, 0.1) },
    "With zero instead, the model says “4” (60.0\u202f%). The answer is gone by zero as by the mean: the finding stands.",
  ],
  [
    "the same answer",
    {
      prompts: 0,
      before,
      after: run("8", 0.9, 0.9),
      most: { at: { layer: 1, head: 0 }, effect: 8.5 },
      mostBefore: 0.004,
    },
    "With zero instead, the model says “8” (90.0\u202f%). What other numbers make L0H7 say is worse than nothing: it matters what stands in. By zero L1H0 costs most: 8.50 nats (by the mean 0.00).",
  ],
])("begun by the mean, %s by zero is said", (_what, reason, sentence) =>
  expect(reasonSentence(reason, "L0H7", true)).toBe(sentence),
);

test("an answer that stayed by the first ablation and goes by the other says that it matters what stands in", () => {
  const gone = { before, after: run("4", 0.6, 0.1) };
  expect(reasonSentence({ ...gone, prompts: 0 }, "L0H7", false)).toMatch(
    /\. By the mean the answer stayed: it matters what stands in for L0H7\.$/,
  );
  expect(reasonSentence({ ...gone, prompts: 8 }, "L0H7", false)).toMatch(
    /\. By zero the answer stayed: it matters what stands in for L0H7\.$/,
  );
});

test("of an answer that stays by both nothing is said about what the head says", () => {
  const kept = { before, after: run("8", 0.9, 0.9) };
  for (const prompts of [0, 8])
    expect(reasonSentence({ ...kept, prompts }, "L0H7", false)).toMatch(
      /the model says “8” \(90\.0\u202f%\)\. The answer stays by zero as by the mean: it does not hang on L0H7 alone\.$/,
    );
});

test("a head that costs more by the other ablation is named beside a finding that stands", () => {
  const reason = { prompts: 0, before, after: run("4", 0.6, 0.1) };
  const other = { most: { at: { layer: 1, head: 0 }, effect: 8.53 }, mostBefore: 0.0 };
  expect(reasonSentence({ ...reason, ...other }, "L0H7", true)).toMatch(
    /: the finding stands\. By zero L1H0 costs most: 8\.53 nats \(by the mean 0\.00\)\.$/,
  );
  const itself = { most: { at: { layer: 0, head: 7 }, effect: 8.53 }, mostBefore: 7 };
  expect(reasonSentence({ ...reason, ...itself }, "L0H7", true)).toMatch(/: the finding stands\.$/);
});

describe("the whole path", () => {
  /** Of L3H1, with evidence for the stages of these names. */
  const chain = (...names: readonly string[]): Chain => {
    const { stages, ...rest } = crowdedChain();
    return {
      ...rest,
      stages: stages.map((stage) => ({
        ...stage,
        hasEvidence: names.includes(stage.name),
        evidence: stage.name === PREDICTING.stage ? PREDICTING : undefined,
      })),
    };
  };
  const two = chain("feature-predicting", "prediction-enhancing");
  const fallen = { prompts: 8, before, after: run("8", 0.944, 0.944) };

  test("says by which ablation it is, and how many stages have no evidence", () => {
    expect(pathSentence(two, false, undefined, undefined)).toBe(
      "Below is the chain of L3H1, by zero ablation; 2 of its 4 stages have no evidence.",
    );
    expect(pathSentence(chain(...two.stages.map(({ name }) => name)), true, undefined, undefined)).toBe(
      "Below is the chain of L3H1, by mean ablation; all of its stages have evidence.",
    );
  });

  test.each<[others: number[], sentence: string]>([
    [[], "By zero, with the head that costs most then, none has."],
    [[3], "By zero, with the head that costs most then, 1 of 4 has."],
    [[3, 4], "By zero, with the head that costs most then, 2 of 4 have."],
    [[1, 2, 3, 4], "By zero, with the head that costs most then, all have."],
  ])("says how many have by the other ablation: %j", (others, sentence) =>
    expect(pathSentence(two, true, undefined, others)).toBe(
      `Below is the chain of L3H1, by mean ablation; 2 of its 4 stages have no evidence. ${sentence}`,
    ),
  );

  test("says that its head did not survive the mean, where it did not", () => {
    expect(pathSentence(two, false, fallen, undefined)).toBe(
      "Below is the chain of L3H1, by zero ablation; 2 of its 4 stages have no evidence. L3H1 did not survive the mean: it does not carry the numbers.",
    );
    expect(pathSentence(two, true, { ...fallen, prompts: 0 }, undefined)).toMatch(/ L3H1 did not survive zero\.$/);
    expect(pathSentence(two, false, { ...fallen, after: run("4", 0.6, 0.1) }, undefined)).not.toContain("survive");
  });

  test("says where there is none", () => {
    expect(pathSentence(chain(), false, fallen, undefined)).toBe(
      "By zero ablation there is no chain here; what is missing stands below.",
    );
  });

  test("is seen in a finding of the gallery, with its link", () => {
    const read = (name: string) =>
      JSON.parse(readFileSync(join(import.meta.dirname, "../../../public/findings", name), "utf8")) as unknown;
    const cards = read("gallery.json") as readonly { readonly id: string; readonly link: string }[];
    const { abacus } = read("openings.json") as Readonly<Record<string, OpeningText>>;
    expect(abacus!.whole!.link).toBe(cards.find(({ id }) => id === "four-stages")!.link);
  });
});

test.each([
  [0, "This model’s tokenizer cuts no other numbers into as many tokens: there is no mean to take."],
  [1, "This model’s tokenizer cuts too few other numbers into as many tokens: there is no mean to take."],
])("of %d prompts there is no mean", (count, sentence) => expect(noMeanSentence(count)).toBe(sentence));
