import { beforeEach, expect, test } from "vitest";
import { adapter } from "../../model/adapter.ts";
import { model } from "../../model/model.ts";
import { question } from "../../question.ts";
import { adapterSet } from "../adapter-set.ts";
import { offerConceptWords } from "./concept-words.ts";
import { EXPERIMENT_KINDS, FIRST_FORM, PASTED } from "./form.ts";
import type { ExperimentForm } from "./form.ts";
import { missingFor } from "./missing.ts";
import { requestOf } from "./request.ts";
import { offerSuites, SUITE_NAMES } from "../suites.ts";

const folder = { id: "folder:layer-2", source: { kind: "files", files: [], paths: [] } } as const;

beforeEach(() => {
  model.setState({
    status: { kind: "ready" },
    info: { name: "abacus", source: { kind: "url", name: "http://here/" }, layers: 2, heads: 2, neurons: 4 } as never,
  });
  question.setState({ variant: "base" });
  adapterSet.setState({ shipped: {}, folders: [folder] });
  offerSuites(SUITE_NAMES.map((name) => ({ name, title: name, about: "" })));
  offerConceptWords(["three"]);
});

test("nothing is missing of an experiment as it first stands", () => {
  for (const kind of EXPERIMENT_KINDS) {
    expect([kind, missingFor({ ...FIRST_FORM, kind })]).toEqual([kind, undefined]);
    expect(requestOf({ ...FIRST_FORM, kind })).toBeDefined();
  }
});

const CASES = "No case is pasted: at least one line is needed, as 3+5=,8,+.";
test.each<[what: string, change: Partial<ExperimentForm>, sets: () => void, says: string]>([
  [
    "no adapter attached",
    {},
    () => {
      question.setState({ variant: "adapted" });
      adapter.setState({ status: { kind: "none" } as never });
    },
    "The adapter that the page asks for has to be attached first.",
  ],
  ["no case", { suite: PASTED, text: " \n" }, () => undefined, CASES],
  [
    "no pairs",
    { kind: "bias", pairs: PASTED },
    () => undefined,
    "No pairs are pasted: their definition is needed, as “Edit prompts and words” gives one.",
  ],
  ["a suite that is not there", {}, () => offerSuites([]), "The suite abacus-2d has not been read."],
  [
    "no suite to find neurons on",
    { kind: "pruning", suite: PASTED, text: "1+1=,2" },
    () => offerSuites([]),
    "The suite abacus-1d has not been read.",
  ],
  ["no head", { kind: "neurons", head: "tea" }, () => undefined, "“tea” is no head: one is needed, as L1H1."],
  ["no word", { kind: "concepts" }, () => offerConceptWords([]), "No concept is named: at least one word is needed."],
  [
    "no LoRA adapter",
    { kind: "adapters" },
    () => adapterSet.setState({ folders: [] }),
    "No LoRA adapter is named: write at least one, or add an adapter’s folder.",
  ],
  [
    "a line that is no adapter",
    { kind: "adapters", adapters: "a b c" },
    () => undefined,
    "A line of the LoRA adapters names none.",
  ],
])("%s is what cannot be run, and is said", (_, change, sets, says) => {
  sets();
  const form = { ...FIRST_FORM, ...change };
  expect(missingFor(form)).toBe(says);
  expect(requestOf(form)).toBeUndefined();
});

test("without a model nothing can be run", () => {
  model.setState({ status: { kind: "none" } as never });
  expect(missingFor(FIRST_FORM)).toBe("A model has to be loaded first.");
});

test("what does not count is not asked for", () => {
  expect(missingFor({ ...FIRST_FORM, kind: "pruning", ranking: "increase", head: "tea" })).toBeUndefined();
  expect(missingFor({ ...FIRST_FORM, kind: "heads", head: "tea", words: "", adapters: "a b c" })).toBeUndefined();
});
