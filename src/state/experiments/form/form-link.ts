import type { InputName, InputValues } from "#protocol/experiments/inputs.ts";
import { quote } from "../../link/link-values.ts";
import type { Notice } from "../../link/link-values.ts";
import { EXPERIMENT_KINDS, FIRST_FORM, INPUT_TABLE, PASTED } from "./form.ts";
import type { ExperimentForm } from "./form.ts";
import { CASE_SUITES, CONTRAST_SUITES, PAIR_SUITES } from "../suites.ts";

/** Suites that an input can be, where it is one. */
const NAMED: Partial<Record<InputName, readonly string[]>> = {
  suite: [...CASE_SUITES, PASTED],
  pairs: [...PAIR_SUITES, PASTED],
  contrasts: [...CONTRAST_SUITES, PASTED],
  foundOn: CASE_SUITES,
};

/**
 * A form as `writeForm` writes it.
 *
 * @param notice of each part that cannot be used and stands as it first stands
 * @returns undefined where the kind is none
 */
export function readForm(text: string, notice: Notice): ExperimentForm | undefined {
  const [kindText, ...parts] = text.split(";");
  const kind = EXPERIMENT_KINDS.find((known) => known === kindText);
  if (!kind) return undefined;
  const values = parts.filter((part) => part !== "").map((part) => readPart(part, notice));
  return Object.assign({ ...FIRST_FORM, kind }, ...values) as ExperimentForm;
}

function readPart(part: string, notice: Notice): Partial<InputValues> {
  const [link = "", ...rest] = part.split(":");
  const [name, input] = INPUT_TABLE.find(([, known]) => known.link === link) ?? [];
  if (!name || !input || rest.length === 0) {
    const known = INPUT_TABLE.map(([, each]) => each.link).join(", ");
    notice(`link: ex has the part ${quote(part)}; it needs one of ${known}, a colon and a value`);
    return {};
  }
  const said = rest.join(":");
  const value = input.read(said);
  const named = NAMED[name];
  if (value !== undefined && (!named || named.includes(said))) return { [name]: value };
  notice(`link: ex has ${link} as ${quote(said)}; it needs ${named ? `one of ${named.join(", ")}` : input.needs}`);
  return {};
}
