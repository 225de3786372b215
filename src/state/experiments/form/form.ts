import { createStore } from "zustand/vanilla";
import { EXPERIMENTS } from "#protocol/experiments.ts";
import type { ExperimentKind } from "#protocol/experiments.ts";
import type { Field } from "#protocol/experiments/fields.ts";
import { INPUTS, MAX_LINKED_TEXT, PASTED } from "#protocol/experiments/inputs.ts";
import type { Input, InputName, InputValues } from "#protocol/experiments/inputs.ts";

export { EXPERIMENT_KINDS } from "#protocol/experiments.ts";
export type { ExperimentKind } from "#protocol/experiments.ts";
export { ALL_CASES, INPUTS, PASTED } from "#protocol/experiments/inputs.ts";
export type { InputName } from "#protocol/experiments/inputs.ts";

/** What stands in the fields of the experiments: one suite and one way to count for all of them. */
export interface ExperimentForm extends InputValues {
  readonly kind: ExperimentKind;
}

/** The inputs in the order in which a link has them. */
export const INPUT_TABLE = Object.entries(INPUTS) as unknown as readonly (readonly [InputName, Input<unknown>])[];

export const FIRST_FORM: ExperimentForm = {
  kind: "heads",
  ...(Object.fromEntries(INPUT_TABLE.map(([name, { initial }]) => [name, initial])) as unknown as InputValues),
};

export const experimentForm = createStore<ExperimentForm>(() => FIRST_FORM);
export const editExperiment = (change: Partial<ExperimentForm>) => experimentForm.setState(change);

/** The inputs of an experiment's fields, in their order. */
export const inputsOf = (kind: ExperimentKind): ReadonlySet<InputName> =>
  new Set(Object.values<Field>(EXPERIMENTS[kind].fields).flatMap(({ inputs }) => inputs));

/** Whether the head that is typed counts: where there is a ranking, it may go by something else. */
export const isByHead = ({ kind, ranking }: ExperimentForm) => !inputsOf(kind).has("ranking") || ranking === "head";

/** The suite of the form's kind, by its name. */
export function suiteName(form: ExperimentForm): string {
  const [input] = EXPERIMENTS[form.kind].fields.suite.inputs;
  return String(form[input!]);
}

/** Whether a link can carry all that the form says. */
export const fitsInLink = (form: ExperimentForm) =>
  form.words.length <= MAX_LINKED_TEXT &&
  form.adapters.length <= MAX_LINKED_TEXT &&
  (suiteName(form) !== PASTED || form.text.length <= MAX_LINKED_TEXT);

/** `heads;suite:abacus-2d;n:20;seed:1`, what is as it first stands left out, and texts that are too long. */
export function writeForm(form: ExperimentForm): string {
  const isLeftOut = (name: InputName) =>
    ((name === "words" || name === "adapters") && !fitsInLink(form)) ||
    (name === "text" && (suiteName(form) !== PASTED || !fitsInLink(form)));
  const parts = INPUT_TABLE.flatMap(([name, { link, initial, write }]) =>
    form[name] === initial || isLeftOut(name) ? [] : [`${link}:${write(form[name])}`],
  );
  return [form.kind, ...parts].join(";");
}
