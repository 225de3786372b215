import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publishedChain } from "#analysis/chain/published.ts";
import type { PublishedRecord } from "#analysis/chain/published.ts";
import { crowdedChain } from "#test/chains.ts";
import { subjectOf } from "#test/subjects.ts";
import { withoutHead } from "../shown-chains.ts";
import { publishedTables } from "./published-tables.ts";

const file = join(import.meta.dirname, "../../../../public/findings/llama-7b-3plus5.json");
const record = JSON.parse(readFileSync(file, "utf8")) as PublishedRecord;
const llama = publishedChain(record);

const about = (prompt: string) => subjectOf({ prompt, model: { id: "owner/llama", name: "my llama" } });

test("beside the authors' recorded numbers stand the paper's, row by row", () => {
  const [first, second] = publishedTables(withoutHead("3+5=", llama));
  // increases and activations as the notebooks print them, 28_3696 with its sign
  expect(first!.rows.map((row) => row.slice(0, 6))).toEqual([
    ["L28N3696", "as it is", "0.82", "0.82", "6.21", "−6.20"],
    ["L28N3696", "without L17H22", "0.13", "0.13", "0.95", "−0.950"],
    ["L25N7164", "as it is", "0.31", "0.31", "8.44", "8.44"],
    ["L25N7164", "without L17H22", "0.07", "0.08", "2.08", "2.08"],
    ["L19N5769", "as it is", "0.20", "0.20", "3.79", "3.79"],
    ["L19N5769", "without L17H22", "0.06", "0.07", "1.28", "1.28"],
  ]);
  expect(first!.rows[2]!.slice(6)).toEqual([
    "six eight acht Four twelve six four vier",
    "six eight acht Four Six twelve six four",
  ]);
  expect(second!.rows.map(([name]) => name)).toEqual([
    "L12N4072 at “3”",
    "L11N2258 at “5”",
    "the word “3”",
    "the word “5”",
  ]);
  expect(second!.rows[0]!.slice(1)).toEqual([
    "rd quarters PO Constraint ran avas",
    "rd quarters PO peat ⅓ Constraint ran avas",
    "III three Three 3 triple",
    "III three Three 三 ⟨0x84⟩ ₃ 3 three",
  ]);
  // nobody recorded the words' own
  expect([second!.rows[2]![2], second!.rows[2]![4]]).toEqual(["–", "–"]);
});

test("beside a chain of that prompt that was computed here, too, under its model's name; parts that it does not name have no number", () => {
  const own = { ...llama, provenance: { kind: "computed" } as const };
  const few = { ...own, nodes: own.nodes.filter(({ layer }) => layer !== 25) };
  const [first] = publishedTables(withoutHead("3+5=", few, { about: about("3+5=") }));
  expect(first!.columns[3]).toBe("increase in my llama here");
  expect(first!.rows.map((row) => row[3])).toEqual(["0.82", "0.13", "–", "–", "0.20", "0.07"]);
  expect(first!.rows.map((row) => row[5])).toEqual(["−6.20", "−0.950", "–", "–", "3.79", "1.28"]);
});

test("beside no other chain", () => {
  const own = { ...llama, provenance: { kind: "computed" } as const };
  expect(publishedTables(withoutHead("4+5=", own, { about: about("4+5=") }))).toEqual([]);
  expect(publishedTables(withoutHead("3+5=", crowdedChain(), { about: about("3+5=") }))).toEqual([]);
  expect(publishedTables(withoutHead("3+5=", own))).toEqual([]);
});
