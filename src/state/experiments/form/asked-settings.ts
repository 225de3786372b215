import { formatHead, parseHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { EXPERIMENTS } from "#protocol/experiments.ts";
import type { ExperimentRequest, SuiteSource } from "#protocol/experiments.ts";
import type { Field } from "#protocol/experiments/fields.ts";
import type { InputValues } from "#protocol/experiments/inputs.ts";
import { wordsOf } from "./concept-words.ts";
import { ALL_CASES, INPUTS, inputsOf, isByHead, PASTED, suiteName } from "./form.ts";
import type { ExperimentForm, InputName } from "./form.ts";
import { suggestedHead } from "./request.ts";
import type { ExperimentSlot } from "../slots.ts";

/** One input of what a result was asked with, beside what the form says by now. */
export interface AskedSetting {
  readonly name: InputName;
  readonly asked: unknown;
  readonly now: unknown;
  readonly isSame: boolean;
}

type Asked = Partial<InputValues> & Pick<ExperimentForm, "kind">;

/** What a result was asked with, of this page's from its form, of a file's as far as its request tells it; in the form's order. */
export function askedSettings({ value, from }: Pick<ExperimentSlot, "value" | "from">, form: ExperimentForm) {
  if (!value) return [];
  return compared(from ? from.form : saidIn(value.request), form);
}

/** Whether two forms ask the same: inputs that do not count as they stand play no part. */
export const asksTheSame = (asked: ExperimentForm, form: ExperimentForm) =>
  asked.kind === form.kind && compared(asked, form).every(({ isSame }) => isSame);

/** Whether what stands still is a run of the form as it is: of another form's run nothing is kept for this one. */
export const isStopped = ({ status, ran }: Pick<ExperimentSlot, "status" | "ran">, form: ExperimentForm) =>
  status === "stopped" && ran !== undefined && asksTheSame(ran, form);

function compared(asked: Asked, form: ExperimentForm): AskedSetting[] {
  const now: Asked = form;
  return [...inputsOf(asked.kind)]
    .filter((name) => name in asked && counts(name, { ...form, ...asked }))
    .map((name) => ({
      name,
      asked: asked[name],
      now: now[name],
      // of what the form does not ask, another of its inputs tells the difference
      isSame: !counts(name, form) || asked[name] === form[name] || asRead(name, asked) === asRead(name, form),
    }));
}

/** Whether an input plays a part as the others stand. */
function counts(name: InputName, form: ExperimentForm): boolean {
  const isPasted = suiteName(form) === PASTED;
  if (name === "count") return !isPasted;
  if (name === "text") return isPasted;
  return name !== "head" || isByHead(form);
}

/** An input's value as it is read: what a text stands for, however it is typed. */
function asRead(name: InputName, { words = "", head = "", adapters = "", [name]: value }: Asked): unknown {
  if (name === "words") return wordsOf({ words }).join(" ");
  if (name === "adapters") return adapters.trim();
  if (name !== "head") return value;
  const at = head.trim() === "" ? suggestedHead() : parseHead(head);
  return at ? formatHead(at) : head;
}

/** The form's inputs that make a request; adapters, which may be somebody's folders, are in none. */
export function saidIn(request: ExperimentRequest): Asked {
  const said = Object.entries<Field>(EXPERIMENTS[request.kind].fields).map(([name, field]) =>
    inputsOfField(field, (request as unknown as Readonly<Record<string, unknown>>)[name]),
  );
  return Object.assign({ kind: request.kind }, ...said) as Asked;
}

function inputsOfField({ spoken, inputs }: Field, value: unknown): Partial<InputValues> {
  const [input] = inputs;
  if (input === undefined) return {};
  switch (spoken) {
    case "itself":
      return { [input]: value ?? INPUTS[input].initial };
    case "suite": {
      const source = value as SuiteSource;
      const isMain = inputs.includes("count");
      if (source.kind === "pasted") return { [input]: PASTED, ...(isMain && { text: source.text }) };
      return { [input]: source.definition.name, ...(isMain && { count: source.count ?? ALL_CASES }) };
    }
    case "head": {
      const at = value as HeadId | undefined;
      return {
        ...(inputs.includes("ranking") && { ranking: at ? ("head" as const) : ("increase" as const) }),
        ...(at && { head: formatHead(at) }),
      };
    }
    case "words":
      return { words: (value as readonly string[]).join(" ") };
    case "adapters":
    case "variant":
    case "suites":
      return {};
    default:
      throw new Error(`field: unknown way to say ${String(spoken satisfies never)}`);
  }
}
