import type { AskedSetting } from "#state/experiments/form/asked-settings.ts";
import { ALL_CASES, INPUTS, PASTED } from "#state/experiments/form/form.ts";
import type { InputName } from "#state/experiments/form/form.ts";
import { suites } from "#state/experiments/suites.ts";
import { ABLATION_TEXTS } from "../ablation-texts.ts";

/** Said of every result; the others where they differ. */
const ALWAYS: ReadonlySet<InputName> = new Set(["suite", "pairs", "contrasts", "count", "seed", "ablation"]);
/** Texts of many lines are told apart, not repeated. */
const LONG: Partial<Record<InputName, string>> = { text: "cases", words: "concepts", adapters: "adapters" };

/** What a result is of, and what the form says instead by now: “Of other settings than the form’s: …, seed 77 (the form: 78).” */
export function settingsSentence(settings: readonly AskedSetting[]): string {
  const isEarlier = settings.some(({ isSame }) => !isSame);
  const parts = settings.filter(({ name, isSame }) => !isSame || ALWAYS.has(name)).map(settingText);
  return `${isEarlier ? "Of other settings than the form’s" : "Of the form’s settings"}: ${parts.join(", ")}.`;
}

function settingText({ name, asked, now, isSame }: AskedSetting): string {
  const long = LONG[name];
  if (long !== undefined) return `other ${long} than the form’s`;
  const text = `${nameText(name)}${valueText(name, asked)}`;
  return isSame ? text : `${text} (the form: ${valueText(name, now)})`;
}

const nameText = (name: InputName) => (name === "count" ? "n = " : `${INPUTS[name].label} `);

function valueText(name: InputName, value: unknown): string {
  if (name === "count") return value === ALL_CASES ? "all cases of each" : `${String(value)} of each`;
  if (name === "ablation") return ABLATION_TEXTS[value as keyof typeof ABLATION_TEXTS].choice;
  if (value === PASTED) return "pasted";
  const { control } = INPUTS[name];
  if (control.as === "choice") return control.options[String(value)] ?? String(value);
  if (control.as === "flag") return value === true ? "yes" : "no";
  if (value === "") return "none typed";
  return suites.getState().list.find((suite) => suite.name === value)?.title ?? String(value);
}
