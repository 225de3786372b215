import { parseHead } from "#model/ids.ts";
import { isVariantThere } from "../../model/adapter.ts";
import { adapterNamed } from "../../model/named.ts";
import { model, exampleParts } from "../../model/model.ts";
import { adapterSet, shippedAdapters } from "../adapter-set.ts";
import { wordsOf } from "./concept-words.ts";
import { inputsOf, isByHead, PASTED, suiteName } from "./form.ts";
import type { ExperimentForm, InputName } from "./form.ts";
import { suites } from "../suites.ts";

/** What the form's experiment needs before it can be run, as a sentence; undefined where nothing is missing. */
export function missingFor(form: ExperimentForm): string | undefined {
  if (model.getState().status.kind !== "ready") return "A model has to be loaded first.";
  if (!isVariantThere()) return "The adapter that the page asks for has to be attached first.";
  const inputs = inputsOf(form.kind);
  for (const [name, missing] of CHECKS) {
    const sentence = inputs.has(name) ? missing(form) : undefined;
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}

const suiteMissing =
  (nothingPasted: string) =>
  (form: ExperimentForm): string | undefined => {
    const name = suiteName(form);
    if (name === PASTED) return form.text.trim() === "" ? nothingPasted : undefined;
    return notRead(name);
  };

const notRead = (name: string) =>
  suites.getState().list.some((suite) => suite.name === name) ? undefined : `The suite ${name} has not been read.`;

const CHECKS: readonly (readonly [InputName, (form: ExperimentForm) => string | undefined])[] = [
  ["suite", suiteMissing("No case is pasted: at least one line is needed, as 3+5=,8,+.")],
  ["pairs", suiteMissing("No pairs are pasted: their definition is needed, as “Edit prompts and words” gives one.")],
  ["contrasts", suiteMissing("No pairs are pasted: their definition is needed, as “Edit the pairs” gives one.")],
  ["foundOn", ({ foundOn }) => notRead(foundOn)],
  ["head", headMissing],
  ["words", (form) => (wordsOf(form).length === 0 ? "No concept is named: at least one word is needed." : undefined)],
  ["adapters", adaptersMissing],
];

function headMissing(form: ExperimentForm): string | undefined {
  const { head } = form;
  return !isByHead(form) || head.trim() === "" || parseHead(head)
    ? undefined
    : `“${head}” is no head: one is needed, as ${exampleParts().head}.`;
}

function adaptersMissing({ adapters }: ExperimentForm): string | undefined {
  const set = adapterSet.getState();
  const lines = adapters.split("\n").filter((line) => line.trim() !== "");
  if (lines.some((line) => !adapterNamed(line.trim()))) return "A line of the LoRA adapters names none.";
  const isAny = lines.length + set.folders.length + shippedAdapters(set, model.getState()).length > 0;
  return isAny ? undefined : "No LoRA adapter is named: write at least one, or add an adapter’s folder.";
}
