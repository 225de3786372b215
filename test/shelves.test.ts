import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

/** A folder with more files than this is a heap: whoever opens it has to read names to find a room. */
const MOST_LOOSE_FILES = 13;

const root = join(import.meta.dirname, "..");
const folders = ["src", "workers"].flatMap((top) => foldersOf(join(root, top)));

test("no folder holds more loose files than a person takes in at a look", () => {
  const heaps = folders
    .map((folder) => ({ folder: relative(root, folder), loose: sourcesOf(folder).length }))
    .filter(({ loose }) => loose > MOST_LOOSE_FILES);
  expect(heaps).toEqual([]);
});

test("prints how many lines the program has, by layer", () => {
  const lines = new Map<string, number>();
  for (const folder of folders) {
    const layer = relative(root, folder).split("/").slice(0, 2).join("/");
    const counted = sourcesOf(folder).reduce((sum, file) => sum + linesOf(join(folder, file)), 0);
    lines.set(layer, (lines.get(layer) ?? 0) + counted);
  }
  const total = [...lines.values()].reduce((sum, count) => sum + count, 0);
  const byLayer = [...lines].map(([layer, count]) => `${layer} ${count}`).join(", ");
  process.stdout.write(`${total} lines of TypeScript without tests: ${byLayer}\n`);
  expect(total).toBeGreaterThan(0);
});

function foldersOf(folder: string): string[] {
  const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inside.flatMap(({ name }) => foldersOf(join(folder, name)))];
}

/** TypeScript of the program itself; tests stand beside what they test and are not counted. */
function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map(({ name }) => name);
}

const linesOf = (file: string): number => readFileSync(file, "utf8").split("\n").length - 1;
