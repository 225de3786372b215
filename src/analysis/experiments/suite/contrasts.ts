import { faultsOf } from "#core/fault.ts";
import { isRecord } from "#core/record.ts";
import type { ContrastSet, SuiteDefinition } from "./suite.ts";

/**
 * A definition as a person edits it: the JSON of a file in `public/suites` that holds contrasts.
 *
 * @returns undefined where the text is none, as a list of cases
 * @throws Fault "bad-request" with what is wrong with it
 */
export function readContrasts(text: string): SuiteDefinition | undefined {
  if (!text.trimStart().startsWith("{") || !/"contrasts"\s*:/.test(text)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (reason) {
    throw bad(`it is no JSON: ${reason instanceof Error ? reason.message : String(reason)}`);
  }
  const { name, title, about, contrasts } = parsed as Record<string, unknown>;
  if (!Array.isArray(contrasts) || contrasts.length === 0) {
    throw bad('“contrasts” needs a list, as [{ "group": "operator", "rows": [["9-4=", "5", "9+4=", "13"]] }]');
  }
  return {
    name: typeof name === "string" ? name : "pasted",
    title: typeof title === "string" ? title : "Pasted",
    about: typeof about === "string" ? about : "",
    contrasts: contrasts.map(checkSet),
  };
}

function checkSet(value: unknown): ContrastSet {
  const { group, rows } = isRecord(value) ? value : {};
  if (typeof group !== "string" || group === "") throw bad("each of the “contrasts” needs a “group”, a text");
  if (!Array.isArray(rows) || rows.length === 0) throw bad(`the group “${group}” has no rows`);
  rows.forEach((row: unknown, index) => {
    const isRow =
      Array.isArray(row) && row.length === 4 && row.every((part) => typeof part === "string" && part !== "");
    if (!isRow)
      throw bad(
        `row ${index + 1} of “${group}” needs four texts: the clean prompt, its answer, the corrupted prompt, its answer`,
      );
  });
  return { group, rows: rows as ContrastSet["rows"][number][] };
}

const bad = faultsOf("bad-request", "suite: ");
