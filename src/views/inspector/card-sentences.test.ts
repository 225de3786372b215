import { describe, expect, test } from "vitest";
import type { HeadInspection, NeuronInspection, Slots } from "#state/run/results.ts";
import { EMPTY_SLOT, results } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { drawnNeuron } from "./card-exports.ts";
import { attentionSentence, neuronLists, neuronSentence } from "./card-sentences.ts";

const THIN = "\u202f";
const TOKENS = { promotes: ["8", "acht", "VIII", "eight"], suppresses: ["six", "6", "sechs", "VI"] };
const logits = (texts: readonly string[], sign: 1 | -1) =>
  texts.map((text, rank) => ({ id: rank, text, logit: sign * (1 - rank / 10) }));

const neuron = (activation: number): NeuronInspection => ({
  at: { layer: 1, neuron: 433 },
  target: 8,
  activations: [3, activation],
  increase: 0.1,
  baseline: -0.5,
  withoutIt: -1,
  promotes: logits(TOKENS.promotes, 1),
  suppresses: logits(TOKENS.suppresses, -1),
});

const texts = ({ up, down }: ReturnType<typeof neuronLists>) =>
  [up, down].map(({ tokens }) => tokens.map(({ text }) => text));

describe("a neuron's card is headed by what the neuron does at the last token", () => {
  test.each([
    [22.9, "Value vector promotes", TOKENS.promotes, TOKENS.suppresses],
    [1e-6, "Value vector promotes", TOKENS.promotes, TOKENS.suppresses],
    // it writes nothing; the lists are its value vector's
    [0, "Value vector promotes", TOKENS.promotes, TOKENS.suppresses],
    [-1e-6, "Promotes here, its value vector turned round", TOKENS.suppresses, TOKENS.promotes],
    [-39.7, "Promotes here, its value vector turned round", TOKENS.suppresses, TOKENS.promotes],
  ])("at %d", (activation, title, up, down) => {
    const lists = neuronLists(neuron(activation));
    expect([lists.up.title, lists.down.title]).toEqual([title, "and suppresses"]);
    expect(texts(lists)).toEqual([up, down]);
    // blue is what goes up: no logit of the first list times the activation is below 0, none of the second above
    const signs = [lists.up, lists.down].map(({ tokens }) => tokens.map(({ logit }) => logit * activation));
    expect([Math.min(...signs[0]!) >= 0, Math.max(...signs[1]!) <= 0]).toEqual([true, true]);
  });

  test("in the sentence", () => {
    expect(neuronSentence(neuron(-39.7))).toBe(
      "At the last token L1N433 stands at −39.7 and so pushes six, 6, sechs up; switching it off lowers log p(target) by 0.50.",
    );
    expect(neuronSentence(neuron(22.9))).toContain("pushes 8, acht, VIII up");
  });

  test("and in its file, whose products say the same as its lists", () => {
    const about = { model: { id: "abacus", name: "abacus" }, tokens: [], interventions: [] } as unknown as Subject;
    const slots: Slots = {
      ...results.getInitialState(),
      neuron: { ...EMPTY_SLOT, value: neuron(-39.7), about, status: "done" },
    };
    const { header, rows } = drawnNeuron(slots)!.table();
    const [list, product] = [header.indexOf("list"), header.indexOf("logit_times_activation")];
    expect(rows.map((row) => [row[list], Math.sign(Number(row[product]))])).toEqual([
      ...TOKENS.suppresses.map(() => ["promotes here", 1]),
      ...TOKENS.promotes.map(() => ["suppresses here", -1]),
    ]);
  });
});

test.each([
  [-39.7, "Promotes here the opposite of its own words: its activation is below zero"],
  [22.9, "Value vector promotes"],
])("at %d a student reads %s", (activation, title) => {
  expect(neuronLists(neuron(activation), true).up.title).toBe(title);
});

describe("a head's sentence names what the head reads", () => {
  const head = (last: readonly number[]): HeadInspection => ({
    at: { layer: 0, head: 7 },
    target: 8,
    pattern: [last.map(() => 0), [...last]],
    increase: 0.1,
    baseline: -0.5,
    withoutIt: -1,
    promotes: logits(TOKENS.promotes, 1),
    suppresses: [],
  });
  const sentence = (last: readonly number[]) => attentionSentence(head(last), ["<s>", "3", "+", "5"]);

  test.each([
    [[0, 0, 1, 0], `reads + (100.0${THIN}%);`],
    [[0, 0, 0.999_99, 0.000_01], `reads + (100.0${THIN}%);`],
    [[0, 0, 0.9995, 0.0005], `reads + (100.0${THIN}%) and 5 (0.1${THIN}%);`],
    [[0.1, 0.2, 0.4, 0.3], `reads + (40.0${THIN}%) and 5 (30.0${THIN}%);`],
    [[1], `reads <s> (100.0${THIN}%);`],
  ])("of %j %s", (last, read) => {
    expect(sentence(last)).toContain(`From the last token L0H7 ${read} what it writes points towards 8, acht, VIII.`);
  });
});
