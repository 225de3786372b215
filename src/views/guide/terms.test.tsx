import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { prerender } from "react-dom/static";
import { describe, expect, test } from "vitest";
import { plain } from "../shared/table/columns.tsx";
import { DataTable } from "../shared/table/DataTable.tsx";
import { GLOSSARY } from "../page/glossary.ts";
import type { Entry } from "../page/glossary-entry.ts";
import { termIn, termsIn } from "./terms.ts";

const ENTRIES: readonly Entry[] = GLOSSARY;

describe("the glossary", () => {
  test("has every spelling once, so that a label leads to one sentence", () => {
    const spellings = ENTRIES.flatMap(({ word, also = [] }) => [...word.split(", "), ...also]);
    expect(spellings.filter((spelling, place) => spellings.indexOf(spelling) !== place)).toEqual([]);
  });

  test.each(ENTRIES.flatMap(({ word, also = [] }) => [...word.split(", "), ...also].map((text) => [text, word])))(
    "finds “%s”",
    (text, word) => {
      expect(termIn(text)).toBe(word);
    },
  );
});

test.each([
  ["increase, nats", "increase"],
  ["log-probability increase", "increase"],
  ["effect now", "effect"],
  ["claimed now", "claimed, measured"],
  ["measured without the sender", "claimed, measured"],
  ["Neurons", "neuron, L4N425"],
  ["random mask", "random"],
  ["mask, nats", "mask, keep"],
  ["random k", "random"],
  ["+, n = 12", "n"],
  ["change, nats", "comparison"],
  ["feature-predicting", "feature-predicting, feature predicting"],
  ["a \\ b", "operand"],
  ["q8", "q8, q4, f32"],
  ["which", undefined],
  ["K", undefined],
  ["kind", undefined],
  ["at most, all in all", undefined],
  ["headline", undefined],
])("the label “%s” is about %s", (label, word) => {
  expect(termIn(label)).toBe(word);
});

describe("a running text", () => {
  const TEXT =
    "Switching L0H7 off lowers log p(8); the log-probability increase of the neuron is its increase, by 95 % bootstraps.";

  test("keeps every letter, and links each word once, where it stands first", () => {
    const parts = termsIn(TEXT);
    expect(parts.map(({ text }) => text).join("")).toBe(TEXT);
    expect(parts.flatMap(({ text, word }) => (word ? [[text, word]] : []))).toEqual([
      ["log p", "log p"],
      ["increase", "increase"],
      ["bootstraps", "interval, bootstrap"],
    ]);
  });

  test.each(["", "Nothing of the kind.", "log p", "log p log p"])("“%s” keeps every letter", (text) => {
    expect(
      termsIn(text)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
  });
});

describe("the head of a column", () => {
  const LABELS = ["head", "selectivity", "which", "random mask", "n", "words told apart", "increase, nats"];

  test("is linked to its sentence where it is a word of the glossary, and plain where it is none", async () => {
    const columns = LABELS.map((label) => plain<string>({ label }, () => label));
    const { prelude } = await prerender(<DataTable name="Table" caption="Table" columns={columns} rows={["row"]} />);
    const html = await new Response(prelude).text();
    const heads = [...html.matchAll(/<th scope="col"[^>]*>(.*?)<\/th>/g)].map(([, head]) => head!);
    expect(heads.map((head) => head.replaceAll(/<[^>]*>/g, ""))).toEqual([...LABELS.slice(0, -1), "increase"]);
    expect(heads.map((head) => head.includes('<button type="button" class="word"'))).toEqual(
      LABELS.map((label) => termIn(label) !== undefined),
    );
  });

  test("is made in one place for every table of the page, but where it sorts", () => {
    const views = join(import.meta.dirname, "..");
    const own = readdirSync(views, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".tsx") && !file.includes(".test."))
      .filter((file) => /<th\b[^>]*scope=[^"]*"col/s.test(readFileSync(join(views, file), "utf8")));
    expect(own.sort()).toEqual(["shared/table/SortedTable.tsx", "shared/words/ColumnHead.tsx"]);
  });
});
