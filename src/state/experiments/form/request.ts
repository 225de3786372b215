import { costliestFirst } from "#analysis/experiments/tables/head-table.ts";
import { checkHead, parseHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { EXPERIMENTS } from "#protocol/experiments.ts";
import type { ExperimentRequest, SuiteSource } from "#protocol/experiments.ts";
import { CONTROL_CASES } from "#protocol/experiments/fields.ts";
import type { Field, Spoken } from "#protocol/experiments/fields.ts";
import { isVariantThere } from "../../model/adapter.ts";
import { mostImportantHead } from "../../effects.ts";
import { model, exampleParts } from "../../model/model.ts";
import { notify } from "../../notices.ts";
import { question } from "../../question.ts";
import { results } from "../../run/results.ts";
import { askedAdapters } from "../adapter-set.ts";
import { wordsOf } from "./concept-words.ts";
import { ALL_CASES, INPUTS, isByHead, PASTED } from "./form.ts";
import type { ExperimentForm } from "./form.ts";
import { experiments } from "../slots.ts";
import { suites } from "../suites.ts";

/** Notices about experiments have one place. */
export const ABOUT = "experiment";

/** The mark of a field that a request leaves out. */
const LEFT_OUT = Symbol("left out");

/** What the form says of a field; undefined while it cannot be asked, with a notice where a person has to mend something. */
const TYPED: Readonly<Record<Spoken, (field: Field, form: ExperimentForm) => unknown>> = {
  itself({ inputs: [input], initial = LEFT_OUT, isOptional }, form) {
    if (input === undefined) return initial;
    return isOptional && form[input] === INPUTS[input].initial ? LEFT_OUT : form[input];
  },
  variant: () => (question.getState().variant === "adapted" ? "adapted" : LEFT_OUT),
  suite: ({ inputs: [input] }, form) => sourceOf(form, String(form[input!])),
  suites: ({ initial }, { seed }) => controlsOf(initial as readonly string[], seed),
  head: (_, form) => (isByHead(form) ? headOf(form) : LEFT_OUT),
  words(_, form) {
    const words = wordsOf(form);
    return words.length > 0 ? words : undefined;
  },
  adapters: (_, form) => askedAdapters(form, ABOUT),
};

/** @returns undefined while there is nothing to ask, with a notice where a person has to mend something */
export function requestOf(form: ExperimentForm): ExperimentRequest | undefined {
  if (!isVariantThere()) return undefined;
  const said = Object.entries<Field>(EXPERIMENTS[form.kind].fields).map(
    ([name, field]) => [name, TYPED[field.spoken](field, form)] as const,
  );
  if (said.some(([, value]) => value === undefined)) return undefined;
  const values = Object.fromEntries(said.filter(([, value]) => value !== LEFT_OUT));
  return { kind: form.kind, ...values } as ExperimentRequest;
}

function sourceOf({ text, count, seed }: ExperimentForm, chosen: string): SuiteSource | undefined {
  if (chosen === PASTED) return text.trim() === "" ? undefined : { kind: "pasted", text };
  const definition = suites.getState().list.find(({ name }) => name === chosen);
  return definition && { kind: "definition", definition, seed, ...(count !== ALL_CASES && { count }) };
}

/** The suites that should not change, a few cases of each group. */
const controlsOf = (names: readonly string[], seed: number): SuiteSource[] =>
  names
    .flatMap((name) => suites.getState().list.filter((definition) => definition.name === name))
    .map((definition) => ({ kind: "definition", definition, seed, count: CONTROL_CASES }));

/** The costliest of the head table, else that of the head map, else the first. */
export function suggestedHead(): HeadId {
  const { value: table, from } = experiments.getState().heads;
  // a file's heads are another model's
  const [costliest] = from && table?.kind === "heads" ? costliestFirst(table.found.heads) : [];
  const { sweep } = results.getState();
  const mapped = sweep.value && mostImportantHead(sweep.value);
  return costliest?.at ?? mapped?.at ?? { layer: 0, head: 0 };
}

function headOf({ head: text }: ExperimentForm): HeadId | undefined {
  const { info } = model.getState();
  const at = text.trim() === "" ? suggestedHead() : parseHead(text);
  if (!at) notify(ABOUT, `“${text}” is no head; write ${exampleParts().head}.`);
  return at && info ? checkHead(at, info) : at;
}
