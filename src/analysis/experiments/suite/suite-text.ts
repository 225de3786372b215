import type { SuiteCase } from "./suite.ts";
import { MAX_CASES } from "./suite.ts";

/** The complaint about one line of a pasted suite; the others are kept. */
export interface SuiteComplaint {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export interface PastedSuite {
  readonly cases: readonly SuiteCase[];
  /** The line of each case, from 1. */
  readonly lines: readonly number[];
  readonly complaints: readonly SuiteComplaint[];
}

/** What a case without a group is counted under. */
const NO_GROUP = "all";
/** A prompt of a whole page is no case. */
const MAX_CHARACTERS = 4_000;

/**
 * A suite as a person pastes it, a case a line: JSON objects with `prompt`, `answer` and perhaps `group`, or comma-separated
 * values in that order or in that of a head line. Good lines are kept whatever the others are.
 */
export function readSuiteText(text: string): PastedSuite {
  const lines = text.split(/\r\n|\r|\n/).map((content, index) => ({ content, line: index + 1 }));
  const filled = lines.filter(({ content }) => content.trim() !== "");
  const isJson = filled[0]?.content.trimStart().startsWith("{") ?? false;
  const cases: SuiteCase[] = [];
  const kept: number[] = [];
  const complaints: SuiteComplaint[] = [];
  const columns = isJson ? undefined : headColumns(filled[0]?.content ?? "");
  for (const { content, line } of columns ? filled.slice(1) : filled) {
    const found = isJson ? readJsonLine(content) : readCsvLine(content, columns ?? COLUMNS);
    if (typeof found === "string") complaints.push({ line, message: found });
    else if (cases.length === MAX_CASES) {
      complaints.push({
        line,
        message: `at most ${MAX_CASES} cases are run at once; this one and those after it are left out`,
      });
      break;
    } else {
      cases.push(found);
      kept.push(line);
    }
  }
  return { cases, lines: kept, complaints };
}

const COLUMNS = ["prompt", "answer", "group"] as const;

/** @returns undefined where the line is a case and no head */
function headColumns(content: string): string[] | undefined {
  const fields = csvFields(content);
  if (typeof fields === "string") return undefined;
  const names = fields.map((field) => field.trim().toLowerCase());
  return names.includes("prompt") && names.includes("answer") ? names : undefined;
}

function readJsonLine(content: string): SuiteCase | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    return 'it is no JSON; a line as {"prompt": "3+5=", "answer": "8"} is needed';
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return 'it is no object; a line as {"prompt": "3+5=", "answer": "8"} is needed';
  }
  const { prompt, answer, group } = parsed as Record<string, unknown>;
  if (typeof prompt !== "string") return "it has no text under “prompt”";
  if (typeof answer !== "string" && typeof answer !== "number") return "it has no text under “answer”";
  if (group !== undefined && typeof group !== "string") return "what is under “group” is no text";
  return asCase({ prompt, answer: String(answer), group });
}

function readCsvLine(content: string, columns: readonly string[]): SuiteCase | string {
  const fields = csvFields(content);
  if (typeof fields === "string") return fields;
  if (fields.length > columns.length) {
    return `it has ${fields.length} fields; at most ${columns.length} (${columns.join(", ")}) are needed, quoted where they hold a comma`;
  }
  const of = (name: string) => fields[columns.indexOf(name)];
  const [prompt, answer] = [of("prompt"), of("answer")];
  if (prompt === undefined || answer === undefined) return "it has no answer; a line as 3+5=,8 is needed";
  return asCase({ prompt, answer: answer.trim(), group: of("group")?.trim() });
}

function asCase({ prompt, answer, group = "" }: { prompt: string; answer: string; group: string | undefined }) {
  if (prompt.trim() === "") return "its prompt is empty";
  if (answer.trim() === "") return "its answer is empty";
  const longest = Math.max(prompt.length, answer.length);
  if (longest > MAX_CHARACTERS) return `it has a text of ${longest} characters; at most ${MAX_CHARACTERS} are taken`;
  return { prompt, answer, group: group === "" ? NO_GROUP : group };
}

/** The fields of a line, or what is wrong with it. Quotes as RFC 4180 has them, within a line. */
function csvFields(content: string): string[] | string {
  const fields: string[] = [];
  let at = 0;
  while (at <= content.length) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(?:,|$)/.exec(content.slice(at));
    if (quoted) {
      fields.push(quoted[1]!.replaceAll('""', '"'));
      at += quoted[0].length;
      if (!quoted[0].endsWith(",")) return fields;
    } else {
      const end = content.indexOf(",", at);
      const field = content.slice(at, end === -1 ? undefined : end);
      if (field.includes('"')) return "a quote is not closed, or stands within a field that is not quoted";
      fields.push(field);
      if (end === -1) return fields;
      at = end + 1;
    }
  }
  return [...fields, ""];
}
