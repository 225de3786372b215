import { printable } from "#core/printable.ts";

export type CsvValue = string | number;

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly CsvValue[])[];
}

/** What a file says of itself: plain values by their names, in the order in which they are read. */
export type Facts = Readonly<Record<string, unknown>>;

/**
 * RFC 4180 with what the table is about in front of it, a line each: `# key: value`, the value as JSON. Readers skip these lines
 * (pandas: `comment="#"`, R: `comment.char = "#"`); a field with a `#` is quoted. Numbers stand in full, one that is not known is
 * an empty field.
 */
export function csvOf({ header, rows }: Table, about: Facts = {}): string {
  const comments = Object.entries(about).map(([key, value]) => `# ${key}: ${commentValue(value)}`);
  const lines = [header, ...rows].map((row) => row.map(csvField).join(","));
  return [...comments, ...lines].join("\r\n") + "\r\n";
}

function csvField(value: CsvValue): string {
  if (typeof value === "number") return Number.isNaN(value) ? "" : String(value);
  const text = defused(printable(value, "\t\r\n"));
  return /["#,;|\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What begins a formula, also as typed on a full-width keyboard. */
const FORMULA = "[=+\\-@＝＋－＠]";
/** A spreadsheet trims what stands before a field, and one that expects another separator than a comma cuts inside of ours. */
const BEFORE_FORMULA = new RegExp(`(^|[,;|\\t\\r\\n])([\\s"]*'*)(?=${FORMULA})`, "gu");

/**
 * A spreadsheet would run a token that starts like a formula: an apostrophe before it makes it text. Where apostrophes stand there
 * already it is one more, so that whoever takes one away has the token again.
 */
const defused = (text: string) => text.replace(BEFORE_FORMULA, "$1$2'").replace(/^'*(?=[\t\r\n])/, "$&'");

/** A string of JSON, and in it what begins a formula where a spreadsheet would cut the line, trim and look. */
const JSON_STRING = /"(?:[^"\\]|\\.)*"/gu;
const BEGINS_FORMULA = new RegExp(`(^"|[,;|]|\\\\[nrt])((?:\\s|\\\\["nrt]|')*)(${FORMULA})`, "gu");

/** A comment's value on one line; what begins a formula is written as JSON's escape of it, which is the same text. */
const commentValue = (value: unknown) =>
  printable(
    (JSON.stringify(value) ?? "null").replace(JSON_STRING, (string) => string.replace(BEGINS_FORMULA, escapedFormula)),
  );

const escapedFormula = (_: string, before: string, between: string, character: string) =>
  `${before}${between}\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
