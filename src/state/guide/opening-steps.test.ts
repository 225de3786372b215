import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AskedEngine, settle } from "#test/asked-engine.ts";
import { cutAlike } from "#test/cut-alike.ts";
import { subjectOf } from "#test/subjects.ts";
import { otherNumbers } from "../ablation-source.ts";
import { question, replaceQuestion, setAblationSource } from "../question.ts";
import { connectEngine } from "../run/engine-port.ts";
import { EMPTY_SLOT, clearResults, results } from "../run/results.ts";
import type { HeadSweep } from "../run/results.ts";
import { followOutcomes, forgetSteps, openingSteps, takeStep } from "./opening-steps.ts";

const PROMPT = "3+5=";
let asked: AskedEngine;

beforeEach(() => {
  vi.useFakeTimers();
  asked = new AskedEngine();
  connectEngine(asked.engine);
  clearResults();
  forgetSteps();
  replaceQuestion({ prompt: PROMPT, target: undefined, interventions: [] });
  const sweep = { target: 8, baseline: -0.5, logProbability: [[-1, -4]] };
  results.setState({ sweep: { ...EMPTY_SLOT, status: "done", value: sweep } });
});

afterEach(() => {
  vi.useRealTimers();
});

const tokenized = (fitting: number) => cutAlike(asked, PROMPT, fitting);

test("the mean is over prompts that are as many tokens, and what zero had of every head is kept beside it", async () => {
  takeStep("reason");
  await tokenized(3);
  expect(question.getState().ablationSource).toEqual(otherNumbers(PROMPT).slice(0, 3));
  expect(openingSteps.getState().effects).toEqual([[0.5, 3.5]]);
  expect(openingSteps.getState().outcomes.donorPrompts).toBeUndefined();
});

test("begun by the mean, every step has the same prompts stand in, and the reason is asked by zero", () => {
  const others = ["1+2=", "2+4="];
  setAblationSource(others);
  for (const step of ["off", "silent"] as const) {
    takeStep(step);
    expect(question.getState().ablationSource).toEqual(others);
  }
  takeStep("reason");
  expect(question.getState().ablationSource).toBeUndefined();
  takeStep("path");
  expect(question.getState().ablationSource).toEqual(others);
  expect(asked.waiting("tokenize")).toEqual([]);
});

test("what a head costs by the mean is kept beside what one costs by zero", () => {
  const others = ["1+2=", "2+4="];
  setAblationSource(others);
  const about = { ...ABOUT, ablationSource: others };
  const { sweep } = results.getState();
  results.setState({ sweep: { ...sweep, about } });
  const end = followOutcomes();
  takeStep("off");
  answered({ sweep: { ...sweep.value!, logProbability: [[-1, -4]] }, ablationSource: others });
  takeStep("reason");
  answered({ sweep: { ...sweep.value!, logProbability: [[-9, -4]] }, ablationSource: undefined });
  end();
  const { off, reason } = openingSteps.getState().outcomes;
  expect(off).toMatchObject({ head: { layer: 0, head: 1 }, prompts: 2, isCostliest: true });
  expect(reason).toMatchObject({ prompts: 0, most: { at: { layer: 0, head: 0 }, effect: 8.5 }, mostBefore: 0.5 });
});

test("where there are too few, that is what came of the step, and nothing else stands in", async () => {
  takeStep("reason");
  await tokenized(1);
  expect(openingSteps.getState().outcomes.donorPrompts).toBe(1);
  expect(question.getState().ablationSource).toBeUndefined();
});

test("a tokenizer that fails leaves it to the run to say why", async () => {
  takeStep("reason");
  await asked.last("tokenize").fail(new Error("cut off"));
  await settle();
  expect(question.getState().ablationSource).toEqual(otherNumbers(PROMPT));
});

test.each([
  ["has gone on to the path", () => takeStep("path")],
  ["asks something else", () => question.setState({ prompt: "47+38=" })],
])("whoever %s is not called back", async (_what, goesOn) => {
  takeStep("reason");
  goesOn();
  await tokenized(8);
  expect(question.getState().ablationSource).toBeUndefined();
});

test.each<[what: string, logProbability: number[][], ablationSource: string[] | undefined, isCostliest: boolean]>([
  ["every head was measured, and it costs most", [[-1, -4]], undefined, true],
  ["a head is still to come", [[Number.NaN, -4]], undefined, false],
  ["another head, which came later, costs more", [[-5, -4]], undefined, false],
  ["heads were measured by their mean", [[-1, -4]], ["4+4="], false],
])("where %s, the head that is off is said to be the costliest: %#", (_what, logProbability, ablationSource, is) => {
  const end = followOutcomes();
  takeStep("off");
  answered({
    sweep: { target: 8, baseline: -0.5, logProbability },
    ablationSource: undefined,
    sweptBy: ablationSource,
  });
  end();
  expect(openingSteps.getState().outcomes.off).toMatchObject({ head: { layer: 0, head: 1 }, isCostliest: is });
});

const ABOUT = subjectOf({ prompt: PROMPT });

interface Answered {
  readonly sweep: HeadSweep;
  /** Of the run without what is ablated. */
  readonly ablationSource: readonly string[] | undefined;
  /** Where the sweep is still another one. */
  readonly sweptBy?: readonly string[] | undefined;
}

/** The page has answers to what it asks, the same with and without what is ablated. */
function answered({ sweep, ablationSource, sweptBy = ablationSource }: Answered): void {
  const token = { id: 8, text: "8", probability: 0.6, logProbability: -0.5, rank: 0 };
  const run = { tokens: [], top: [token], included: [], target: token };
  const slot = { ...EMPTY_SLOT, status: "done" } as const;
  const { interventions } = question.getState();
  results.setState({
    sweep: { ...slot, value: sweep, about: { ...ABOUT, ablationSource: sweptBy } },
    prediction: { ...slot, value: run, about: { ...ABOUT, ablationSource } },
    predictionAblated: { ...slot, value: run, about: { ...ABOUT, ablationSource, interventions } },
  });
}
