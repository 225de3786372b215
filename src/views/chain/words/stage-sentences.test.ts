import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Chain, ChainStage, Criterion, PredictingEvidence, StageName } from "#analysis/chain/chain.ts";
import { publishedChain } from "#analysis/chain/published.ts";
import type { PublishedRecord } from "#analysis/chain/published.ts";
import { crowdedChain } from "#test/chains.ts";
import { READ_OFF } from "../../shared/words/read-off.ts";
import { changeSentence, controlSentence } from "./chain-sentences.ts";
import { emptySentence, stageSentence } from "./stage-sentences.ts";

const file = join(import.meta.dirname, "..", "..", "..", "..", "public", "findings", "llama-7b-3plus5.json");
const published = publishedChain(JSON.parse(readFileSync(file, "utf8")) as PublishedRecord);

const THIN = "\u202f";

test("the published chain says what is published, and nothing that is not", () => {
  expect(published.stages.map((stage) => stageSentence(published, stage))).toEqual([
    "2 FFN neurons below L17H22 write at “3” and “5” what it reads; 2 of them name the word only behind the attention that carries it on.",
    "Attention of layer 15 brings “3” and “5” to the last position.",
    "Switching L17H22 off lowers log p(8) by 1.81; the next head, L13H15, lowers it by 0.90. 9 of the 10 neurons that lose most without it promote 8.",
    "3 deep neurons in 3 layers raise 8; L19N5769 is the lowest of them and feeds the others.",
  ]);
  expect(emptySentence(published)).toBeUndefined();
});

test("without nats the same is said in factors: e^1.81 is 6.1, e^0.9 is 2.5", () => {
  expect(published.stages.map((stage) => stageSentence(published, stage, true)).slice(2)).toEqual([
    "Switching L17H22 off makes “8” 6.1 times less likely; the next head, L13H15, 2.5 times less likely. 9 of the 10 neurons that lose most without it promote 8.",
    "3 deep neurons in 3 layers raise 8; L19N5769 is the lowest of them and feeds the others.",
  ]);
});

const PREDICTING: PredictingEvidence = {
  stage: "feature-predicting",
  head: { layer: 3, head: 1 },
  effect: 2.5,
  runnersUp: [{ head: { layer: 4, head: 0 }, effect: -0.125 }],
  compared: 10,
  promoting: 1,
  spellings: [
    { id: 8, text: "acht" },
    { id: 9, text: "8" },
  ],
};

/** The crowded chain with one stage as given. */
function withStage(name: StageName, given: Partial<ChainStage>, predicting: Partial<PredictingEvidence> = {}): Chain {
  const chain = crowdedChain();
  return {
    ...chain,
    stages: chain.stages.map((stage) => ({
      ...stage,
      ...(stage.name === "feature-predicting" && { evidence: { ...PREDICTING, ...predicting } }),
      ...(stage.name === name && given),
    })),
  };
}

const sentenceOf = (chain: Chain, name: StageName) =>
  stageSentence(
    chain,
    chain.stages.find((stage) => stage.name === name)!,
  );

test("what was measured stands in the sentence of its stage", () => {
  const enhancing = {
    stage: "feature-enhancing",
    neurons: 1,
    hiddenInterpretable: 1,
    positions: [1],
    effect: 0.75,
  } as const;
  expect(sentenceOf(withStage("feature-enhancing", { evidence: enhancing }), "feature-enhancing")).toBe(
    "1 FFN neuron below L3H1 writes at “drei” what it reads; 1 of them names the word only behind the attention that carries it on. With all of them off log p(acht) falls by 0.75.",
  );
  const open = { evidence: { ...enhancing, hiddenInterpretable: 0, effect: undefined } };
  expect(sentenceOf(withStage("feature-enhancing", open), "feature-enhancing")).toBe(
    "1 FFN neuron below L3H1 writes at “drei” what it reads.",
  );
  const layers = [
    { layer: 2, at: 5, share: 0.25, positions: [3, 1] },
    { layer: 1, at: 3, share: 0.125, positions: [1] },
  ];
  const transferring = { stage: "feature-transferring", layers, effect: -0.5 } as const;
  expect(sentenceOf(withStage("feature-transferring", { evidence: transferring }), "feature-transferring")).toBe(
    `Attention of layer 2 brings “drei” and “fünf” to the last position (25.0${THIN}% of what the head reads); ` +
      `attention of layer 1 brings “drei” to “fünf”, where the head reads it (12.5${THIN}% of what the head reads). ` +
      "With the heads of these layers off log p(acht) rises by 0.50.",
  );
  expect(sentenceOf(withStage("feature-predicting", {}), "feature-predicting")).toBe(
    "Switching L3H1 off lowers log p(acht) by 2.50; the next head, L4H0, raises it by 0.13. 1 of the 10 neurons that lose most without it promotes acht or 1 other spelling of it.",
  );
  const deep = {
    stage: "prediction-enhancing",
    neurons: 8,
    lowest: { layer: 3, neuron: 0 },
    drop: -0.1,
    effect: 0.3,
  } as const;
  expect(sentenceOf(withStage("prediction-enhancing", { evidence: deep }), "prediction-enhancing")).toBe(
    `8 deep neurons in 5 layers raise acht. Without L3N0, the lowest, the higher ones’ activations rise by 10.0${THIN}% on average and log p(acht) falls by 0.30.`,
  );
});

describe("a stage without evidence says what was missing", () => {
  const failed = (
    measure: Criterion["measure"],
    value: number | undefined,
    threshold: number,
  ): Partial<ChainStage> => ({
    hasEvidence: false,
    criteria: [{ measure, value, threshold, holds: false }],
  });
  test.each<[StageName, Partial<ChainStage>, Partial<PredictingEvidence>, string]>([
    [
      "feature-predicting",
      failed("head-effect", 0.12, 0.5),
      { effect: 0.12 },
      "No evidence: the head that costs most, L3H1, lowers log p(acht) by 0.12 nats, and 0.50 are needed.",
    ],
    [
      "feature-predicting",
      failed("head-effect", -0.12, 0.5),
      { effect: -0.12 },
      "No evidence: no head lowers log p(acht).",
    ],
    [
      "feature-predicting",
      failed("head-effect", 0.12, 0.5),
      { effect: 0.12, runnersUp: [{ head: { layer: 0, head: 7 }, effect: 3 }] },
      "No evidence: switching L3H1 off lowers log p(acht) by 0.12 nats, and 0.50 are needed.",
    ],
    [
      "feature-predicting",
      failed("promoting-share", 0.1, 0.3),
      {},
      `No evidence: only 1 of the 10 neurons that lose most without L3H1 promotes acht, and 30.0${THIN}% of them are needed.`,
    ],
    [
      "feature-transferring",
      failed("shallow-layers", 0, 1),
      {},
      "No evidence: L3H1 stands in layer 0, so that 0 layers lie below it; 1 is needed.",
    ],
    [
      "feature-transferring",
      failed("transferred-share", 0.02, 0.05),
      {},
      `No evidence: the strongest attention below L3H1 moves 2.0${THIN}% of what it reads from one position to another, and 5.0${THIN}% are needed.`,
    ],
    [
      "feature-transferring",
      failed("transferred-measured", 0.01, 0.05),
      {},
      `No evidence: without the attention that moves most to where L3H1 reads, 1.0${THIN}% of what it says goes, and 5.0${THIN}% are needed.`,
    ],
    [
      "feature-transferring",
      failed("transferred-measured", -0.01, 0.05),
      {},
      `No evidence: without the attention that moves most to where L3H1 reads, it says more and not less, and 5.0${THIN}% are needed.`,
    ],
    [
      "prediction-enhancing",
      failed("stage-effect", -0.4, 0.05),
      {},
      "No evidence: with the stage’s parts off log p(acht) rises by 0.40 nats, and a fall of 0.05 is needed.",
    ],
    [
      "feature-enhancing",
      failed("shallow-share", undefined, 0.02),
      {},
      "No evidence: no shallow neuron writes what the head reads.",
    ],
    [
      "prediction-enhancing",
      failed("deep-layers", 1, 2),
      {},
      "No evidence: the deep neurons stand in 1 layer, and 2 are needed for one to feed another.",
    ],
    [
      "prediction-enhancing",
      { hasEvidence: false, criteria: [] },
      {},
      "Not looked for: without a predicting head there is nothing to trace.",
    ],
  ])("%s: %j", (name, given, predicting, sentence) => {
    expect(sentenceOf(withStage(name, given, predicting), name)).toBe(sentence);
  });
});

describe("with something off", () => {
  const clean = crowdedChain();
  const off = [{ kind: "neuron", at: { layer: 3, neuron: 0 }, scale: 0 }] as const;
  const changed = (contributions: Readonly<Record<string, number>>): Chain => ({
    ...clean,
    baseline: -1.1,
    nodes: clean.nodes.map((node) => ({ ...node, contribution: contributions[node.id] ?? node.contribution })),
  });

  test("the prediction and the part that answers most are named; what is off is not an answer", () => {
    expect(changeSentence(clean, changed({ L3N0: 0, L5N7: 0.5, L4N1: 0.125 }), off)).toBe(
      `With L3N0 off log p(acht) goes from −0.10 to −1.10 (down 1.00), p from 90.5${THIN}% to 33.3${THIN}%. Of the other parts L5N7 answers most: its increase goes from 0.25 to 0.50.`,
    );
  });

  test("what the others say is told as read off at their layer: e^0.25 is 1.28, e^0.5 is 1.65", () => {
    expect(changeSentence(clean, changed({ L3N0: 0, L5N7: 0.5, L4N1: 0.125 }), off, true)).toBe(
      `With L3N0 off p(acht) goes from 90.5${THIN}% to 33.3${THIN}%. Of the other parts L5N7 answers most: ${READ_OFF}, it made the answer 1.28 times more likely, and now 1.65 times more likely.`,
    );
    expect(changeSentence(clean, changed({ L3N0: 0, L5N7: 0.26 }), off, true)).toMatch(
      /No other part changes what it makes of the answer, read off at its layer\.$/,
    );
  });

  test("where nothing else moves, that is said with its number", () => {
    expect(changeSentence(clean, changed({ L3N0: 0, L5N7: 0.26 }), off)).toMatch(
      /No other part’s increase moves by more than 0\.01\.$/,
    );
  });

  test("the control stands beside the group", () => {
    const found = {
      baseline: -0.1,
      withoutGroup: -2,
      withoutRandom: [-0.1, -0.2],
      randomMean: -0.15,
      randomSpread: 0.05,
    };
    const group = { ...found, target: 8, neurons: 8, perLayer: [], promotes: [], suppresses: [] };
    expect(controlSentence("acht", group)).toBe(
      "Control: with all 8 deep neurons off log p(acht) goes from −0.10 to −2.00; with as many random neurons of the same layers it is −0.15 ± 0.05 (2 draws).",
    );
    // e^−0.15 is 0.861, the geometric mean of e^−0.1 and e^−0.2
    expect(controlSentence("acht", group, true)).toBe(
      `Control: with all 8 deep neurons off p(acht) goes from 90.5${THIN}% to 13.5${THIN}%; with as many random neurons of the same layers it is on geometric average 86.1${THIN}% (2 draws).`,
    );
  });
});
