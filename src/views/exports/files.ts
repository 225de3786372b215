import { figureSvg } from "#charts/marks/figure-svg.ts";
import { csvOf } from "./csv.ts";
import type { Drawn, Stamp } from "./drawn.ts";
import { captionOf, factsOf } from "./facts.ts";
import { fileName } from "./file-name.ts";
import { chainNotebook } from "./notebooks/chain-notebook.ts";
import { headsNotebook } from "./notebooks/heads-notebook.ts";
import { neuronsNotebook } from "./notebooks/neurons-notebook.ts";

export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

export const csvFile = (drawn: Drawn, stamp: Stamp): ExportedFile => ({
  name: `${fileName(drawn)}.csv`,
  type: "text/csv",
  content: csvOf(drawn.table(), factsOf(drawn, stamp)),
});

/** A drawing's JSON: what it is about, the finding as a link holds it, and a record for each row. A number that is not known is null. */
export function jsonFile(drawn: Drawn, stamp: Stamp): ExportedFile {
  const { header, rows } = drawn.table();
  const records = rows.map((row) => Object.fromEntries(header.map((column, index) => [column, row[index]])));
  const content = { ...factsOf(drawn, stamp), finding: drawn.link, rows: records };
  return { name: `${fileName(drawn)}.json`, type: "application/json", content: JSON.stringify(content, null, 2) };
}

/** Programs by what they draw. */
const NOTEBOOKS: Readonly<Record<NonNullable<Drawn["notebook"]>, (file: string) => string>> = {
  heads: headsNotebook,
  chain: chainNotebook,
  neurons: neuronsNotebook,
};

/** @returns undefined for what no program draws */
export function pythonFile(drawn: Drawn): ExportedFile | undefined {
  if (!drawn.notebook) return undefined;
  const name = fileName(drawn);
  return { name: `${name}.py`, type: "text/x-python", content: NOTEBOOKS[drawn.notebook](`${name}.json`) };
}

/** @returns undefined for what is only a table */
export function svgFile(drawn: Drawn, stamp: Stamp): ExportedFile | undefined {
  if (!drawn.figure) return undefined;
  const words = { title: drawn.title, caption: captionOf(drawn, stamp), facts: JSON.stringify(factsOf(drawn, stamp)) };
  const content = figureSvg(drawn.figure({ isDark: drawn.isDark ?? false, isPlain: false }), words, drawn.isDark);
  return { name: `${fileName(drawn)}.svg`, type: "image/svg+xml", content };
}
