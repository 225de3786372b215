import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Fault } from "#core/fault.ts";
import { AskedEngine, settle } from "#test/asked-engine.ts";
import { INFO, SHIPPED } from "#test/asked-session.ts";
import { otherNumbers } from "../ablation-source.ts";
import { model } from "../model/model.ts";
import { question } from "../question.ts";
import type { Subject } from "../subject.ts";
import { connectEngine } from "./engine-port.ts";
import { askOtherWorth, otherKey, otherWorths } from "./other-worth.ts";
import { EMPTY_SLOT, clearResults, results } from "./results.ts";

const PROMPT = "w12 w4";
const HEAD = { layer: 0, head: 7 };
const ABOUT: Subject = {
  model: { id: "m", name: "m" },
  variant: "base",
  prompt: PROMPT,
  tokens: [],
  token: undefined,
  target: undefined,
  interventions: [],
};
let asked: AskedEngine;

beforeEach(() => {
  vi.useFakeTimers();
  asked = new AskedEngine();
  connectEngine(asked.engine);
  clearResults();
  otherWorths.setState({}, true);
  const target = { id: 3, text: "8", probability: 0.5, logProbability: -0.7, rank: 0 };
  results.setState({
    prediction: {
      ...EMPTY_SLOT,
      status: "done",
      value: { tokens: [], top: [target], included: [], target },
      about: ABOUT,
    },
  });
});

afterEach(() => {
  question.setState({ variant: "base" });
  model.setState({ choice: undefined, info: undefined });
  vi.useRealTimers();
});

/** A tokenizer that cuts the prompt, and of the others the first ones, into four tokens, the rest into three. */
async function tokenized(fitting: number): Promise<void> {
  const alike = [PROMPT, ...otherNumbers(PROMPT).slice(0, fitting)];
  for (const { prompt, answer } of asked.waiting("tokenize")) {
    await answer({ ids: alike.includes(prompt as string) ? [1, 2, 3, 4] : [1, 2, 3] });
  }
}

test.each([8, 5, 2])("the mean is over the %d prompts that are as many tokens as the one in hand", async (fitting) => {
  void askOtherWorth(HEAD, ABOUT);
  await tokenized(fitting);
  const { options, answer } = asked.last("predict");
  expect(options["ablationSource"]).toEqual(otherNumbers(PROMPT).slice(0, fitting));
  await answer({ target: { logProbability: -2.7 } });
  expect(otherWorths.getState()[otherKey(HEAD, ABOUT)]).toMatchObject({
    prompts: otherNumbers(PROMPT).slice(0, fitting),
    effect: 2,
  });
});

test.each([
  [1, "only 1"],
  [0, "none"],
])("of %d prompts there is no mean, and nothing is run", async (fitting, said) => {
  void askOtherWorth(HEAD, ABOUT);
  await tokenized(fitting);
  expect(asked.waiting("predict")).toEqual([]);
  expect(otherWorths.getState()[otherKey(HEAD, ABOUT)]?.fault).toBe(
    `of 8 prompts with other numbers this model’s tokenizer cuts ${said} into as many tokens as this one, and a mean needs 2`,
  );
});

test("zero needs no other prompt, and no tokenizer", async () => {
  void askOtherWorth(HEAD, { ...ABOUT, ablationSource: ["w13 w5", "w14 w6"] });
  await settle();
  expect(asked.waiting("tokenize")).toEqual([]);
  expect(asked.last("predict").options).not.toHaveProperty("ablationSource");
});

test("another adapter over the same model is another question, of which nothing is known yet", () => {
  const over = (named: string): Subject => ({
    ...ABOUT,
    variant: "adapted",
    model: { ...ABOUT.model, lora: { named, label: named, source: { kind: "hub", name: named } } },
  });
  expect(otherKey(HEAD, over("a"))).not.toBe(otherKey(HEAD, over("b")));
});

test("the variant that was asked about is run, also where the page has turned to the other one meanwhile", async () => {
  void askOtherWorth(HEAD, ABOUT);
  question.setState({ variant: "adapted" });
  await tokenized(2);
  expect(asked.last("predict").options).not.toHaveProperty("variant");
});

test("another model that came meanwhile answers for itself: nothing is known of the one that was asked", async () => {
  void askOtherWorth(HEAD, ABOUT);
  await tokenized(2);
  model.setState({ choice: SHIPPED, info: INFO });
  await asked.last("predict").answer({ target: { logProbability: -2.7 } });
  expect(otherWorths.getState()).toEqual({});
});

test("an engine that went has not answered: its successor is asked", async () => {
  void askOtherWorth(HEAD, ABOUT);
  await tokenized(2);
  asked.stop(new Fault("device-lost", "the GPU was lost"));
  await settle();
  expect(otherWorths.getState()).toEqual({});
  void askOtherWorth(HEAD, ABOUT);
  await settle();
  await tokenized(2);
  expect(asked.waiting("predict")).toHaveLength(2);
});
