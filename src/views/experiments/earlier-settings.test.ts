import { beforeEach, expect, test } from "vitest";
import { askedSettings, asksTheSame, isStopped } from "#state/experiments/form/asked-settings.ts";
import { FIRST_FORM, PASTED } from "#state/experiments/form/form.ts";
import type { ExperimentForm } from "#state/experiments/form/form.ts";
import { experiments } from "#state/experiments/slots.ts";
import { settingsSentence } from "./form/settings-sentence.ts";

const STAGES: ExperimentForm = { ...FIRST_FORM, kind: "stages", count: 5, seed: 77 };
const HEADS: ExperimentForm = { ...FIRST_FORM, kind: "heads" };

beforeEach(() => experiments.setState(experiments.getInitialState(), true));

/** A file's result of maps, 2 cases of each. */
const request = {
  kind: "heads",
  suite: { kind: "definition", definition: { name: "paper-1d", title: "", about: "" }, count: 2, seed: 1 },
  seed: 1,
  per: "token",
  onlyCorrect: false,
};
const ofFile = { value: { kind: "heads", request } as never, from: undefined };
const ofPage = (form: ExperimentForm) => ({ value: {} as never, from: { about: {} as never, form } });

const says = (slot: Parameters<typeof askedSettings>[0], form: ExperimentForm) =>
  settingsSentence(askedSettings(slot, form));

test("a result says of what it is, and what the form has instead", () => {
  expect(says(ofPage(STAGES), STAGES)).toBe("Of the form’s settings: suite abacus-2d, n = 5 of each, seed 77.");
  expect(says(ofPage(STAGES), { ...STAGES, seed: 78 })).toBe(
    "Of other settings than the form’s: suite abacus-2d, n = 5 of each, seed 77 (the form: 78).",
  );
  expect(says(ofPage(HEADS), { ...HEADS, ablation: "mean", per: "answer" })).toBe(
    "Of other settings than the form’s: suite abacus-2d, n = 20 of each, seed 1, accuracy per answer token (the form: whole answer), switched off zero (the form: mean).",
  );
  const pasted = { ...HEADS, suite: PASTED, text: "1+1=,2" };
  expect(says(ofPage(pasted), { ...pasted, text: "1+2=,3" })).toBe(
    "Of other settings than the form’s: suite pasted, other cases than the form’s, seed 1, switched off zero.",
  );
});

test("a file's result is compared by what its request says", () => {
  expect(says(ofFile, { ...HEADS, suite: "paper-1d", count: 80 })).toBe(
    "Of other settings than the form’s: suite paper-1d, n = 2 of each (the form: 80 of each), seed 1, switched off zero.",
  );
  expect(says(ofFile, { ...HEADS, suite: "paper-1d", count: 2 })).toBe(
    "Of the form’s settings: suite paper-1d, n = 2 of each, seed 1, switched off zero.",
  );
});

test.each([
  ["another kind", HEADS, { kind: "memorise" }, false],
  ["a suite", HEADS, { suite: "paper-1d" }, false],
  ["a count", HEADS, { count: 0 }, false],
  ["a text that does not count", HEADS, { text: "1+1=,2" }, true],
  ["an input of another experiment", HEADS, { scale: 2, head: "L0H1", words: "a b" }, true],
  ["a head as it is written", { ...HEADS, kind: "neurons", head: "L0H7" }, { head: "0.7" }, true],
  ["another head", { ...HEADS, kind: "neurons", head: "L0H7" }, { head: "L0H6" }, false],
  ["a head that ranks nothing", { ...HEADS, kind: "pruning", ranking: "increase" }, { head: "L0H6" }, true],
  ["words with other spaces", { ...HEADS, kind: "concepts", words: "a b" }, { words: " a\nb " }, true],
] as const)("%s: the same question or another one", (_, asked, change, isSame) => {
  expect(asksTheSame(asked, { ...asked, ...change })).toBe(isSame);
});

test("a run that was stopped is one of the form that asked for it", () => {
  expect(isStopped({ status: "stopped", ran: STAGES }, STAGES)).toBe(true);
  expect(isStopped({ status: "stopped", ran: STAGES }, { ...STAGES, seed: 78 })).toBe(false);
  expect(isStopped({ status: "done", ran: STAGES }, STAGES)).toBe(false);
  expect(isStopped({ status: "stopped", ran: undefined }, STAGES)).toBe(false);
});
