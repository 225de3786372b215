import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type * as v from "valibot";
import { descriptionOf } from "#protocol/call.ts";
import { entryOf, PASSED_ON } from "#protocol/calls.ts";

/** The page that has the reference, between two marks. */
export const MANUAL = join(import.meta.dirname, "../docs/scripting.md");
const BEGIN = "<!-- the reference: npm run reference -->\n";
const END = "<!-- the end of the reference -->\n";

type Field = v.GenericSchema & { readonly type: string; readonly default?: unknown };

/** What scripts call, with the arguments and options of each; then what each argument needs to be. From the catalogue of calls. */
export function reference(): string {
  const calls = PASSED_ON.map((name) => ({ name, ...entryOf(name) }));
  const needs = new Map<string, Set<string>>();
  for (const { takes, options } of calls) {
    for (const [name, field] of Object.entries({ ...takes, ...options })) {
      const known = needs.get(name) ?? new Set();
      needs.set(name, known.add(descriptionOf(field) ?? ""));
    }
  }
  return [
    ...table(
      ["call", "options"],
      calls.map(({ name, takes = {}, options = {} }) => [
        `\`${name}(${Object.keys(takes).join("")})\``,
        Object.entries(options)
          .map(([option, field]) => `\`${option}${leftOut(field as Field)}\``)
          .join(", "),
      ]),
    ),
    "",
    ...table(
      ["argument", "needs to be"],
      [...needs].sort(([a], [b]) => a.localeCompare(b)).map(([name, all]) => [`\`${name}\``, [...all].join("; or ")]),
    ),
    "",
  ].join("\n");
}

/** The manual with the reference as the catalogue has it. */
export function withReference(manual: string): string {
  const [begin, end] = [manual.indexOf(BEGIN), manual.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(`docs/scripting.md: the marks ${BEGIN.trim()} and ${END.trim()} are needed`);
  return `${manual.slice(0, begin + BEGIN.length)}\n${reference()}\n${manual.slice(end)}`;
}

/** `= 10` for a default, `?` for what may be left out without one. */
const leftOut = ({ type, default: value }: Field) =>
  type !== "exact_optional" ? "" : value === undefined ? "?" : ` = ${JSON.stringify(value)}`;

const table = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
  [heads, heads.map(() => "---"), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
  );

if (import.meta.main) await writeFile(MANUAL, withReference(await readFile(MANUAL, "utf8")));
