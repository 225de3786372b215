import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { STAGE_SHARES, fourSentence } from "./share-words.ts";
import type { StageShares } from "./share-words.ts";

const root = join(import.meta.dirname, "../../../..");

/** A row of that table: model, steps, family, right, four stages, all four, all four under both. */
const CELLS = 10;

/** The rows that a model has in the table of runs, its name in the first one alone. */
function rowsOf(name: string): string[][] {
  const rows = readFileSync(join(root, "training/runs.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim())
        .slice(1, -1),
    )
    .filter(({ length }) => length === CELLS);
  const first = rows.findIndex(([cell]) => cell === name);
  const next = rows.findIndex(([cell], row) => row > first && cell !== "");
  return rows.slice(first, next);
}

/** `60 / 3`: by zero and by the mean. */
const halves = (cells: readonly string[]) => cells.map((cell) => cell.split(" / ").map(asRange));
const asRange = (text: string) => text.replace(" to ", "–");

test("the shares beside the chain of abacus-2 are those of the table of runs", () => {
  const { families, shuffled } = STAGE_SHARES["abacus-2"]!;
  const told = [
    ...families.map((family) => [family, rowsOf("abacus-2")] as const),
    [shuffled, rowsOf("abacus-2, weights shuffled")] as const,
  ];
  told.forEach(([{ zero, mean, four }, rows], place) => {
    const row = rows[place < rows.length ? place : 0]!;
    const [, , , , enhancing, transferring, predicting, deepening, all, both] = row as [string, ...string[]];
    const cells = [enhancing!, transferring!, predicting!, deepening!, all!];
    const own = [...zero.map((share, stage) => [share, mean[stage]]), [four[0], four[1]]];
    expect(halves(cells)).toEqual(own.map((pair) => pair.map(String)));
    expect(both).toBe(String(four[2]));
  });
});

const shares = (four: number, shuffled: string): StageShares => ({
  made_by: "",
  families: [
    { name: "+", cases: 60, zero: [], mean: [], four: [0, 0, four] },
    { name: "−", cases: 40, zero: [], mean: [], four: [0, 0, 0] },
  ],
  shuffled: { name: "", cases: 60, zero: [], mean: [], four: ["0", "0", shuffled] },
});

test.each<[number, string, string]>([
  [0, "0", "0, no more often than in the model’s own weights shuffled."],
  [5, "0–3", "3, no more often than in the model’s own weights shuffled."],
  [50, "0–3", "30."],
])("%i %% of 60 beside a control of %s %% is said", (four, shuffled, sentence) =>
  expect(fourSentence(shares(four, shuffled))).toBe(
    `How often? Of 100 problems, all four stages have evidence under both ablations in ${sentence}`,
  ),
);
