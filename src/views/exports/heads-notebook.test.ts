import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EMPTY_SLOT } from "#state/run/results.ts";
import { drawnHeads } from "../heads/heads-export.ts";
import type { Stamp } from "./drawn.ts";
import { jsonFile, pythonFile } from "./files.ts";

/**
 * Stands in for matplotlib, which a machine need not have, and writes down what it is asked. So these tests say that the program runs, reads the
 * file and hands over the right numbers; that matplotlib knows these names, and how the figure looks, they do not say.
 */
const RECORDING = `
import json, os
calls = []
class Recorder:
    def __init__(self, name): self.name = name
    def __getattr__(self, name): return Recorder(f"{self.name}.{name}")
    def __call__(self, *given, **named):
        calls.append([self.name, given, named])
        made = Recorder(self.name + "()")
        return (made, (Recorder("cells"), Recorder("sums"))) if self.name == "plt.subplots" else made
def plain(value):
    return list(value) if isinstance(value, range) else getattr(value, "name", str(value))
def show():
    with open(os.environ["CALLS"], "w") as file: json.dump(calls, file, default=plain)
`;
const PYPLOT = `from matplotlib import Recorder, show\nsubplots = Recorder("plt.subplots")\n`;
const COLOURS = `from matplotlib import Recorder\nNormalize = Recorder("Normalize")\nSymLogNorm = Recorder("SymLogNorm")\n`;

type Call = readonly [name: string, given: readonly unknown[], named: Record<string, unknown>];

const STAMP: Stamp = { version: "9.9.9", date: new Date("2026-11-29T06:00:00Z"), address: "http://here/" };
const PROMPT = `3+5= "quoted" \\ 'and' ü`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "notebook-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A map of heads as it is saved, of a model whose log p is −0.5. */
function drawn(scale: "linear" | "log", logProbability: number[][]) {
  const token = { id: 8, text: "8" };
  const model = { id: "abacus", name: "abacus", recordedBy: "a script" };
  const about = {
    model,
    variant: "base",
    prompt: PROMPT,
    target: 8,
    interventions: [],
    tokens: [token],
    token,
  } as const;
  const value = { target: 8, baseline: -0.5, logProbability };
  return drawnHeads({ ...EMPTY_SLOT, value, about, isRecorded: true }, scale)!;
}

/** @returns what matplotlib was asked; undefined where there is no Python to run, which is said */
function callsOf(of: ReturnType<typeof drawn>): ReadonlyMap<string, Call> | undefined {
  const [json, python] = [jsonFile(of, STAMP), pythonFile(of)!];
  for (const { name, content } of [json, python]) writeFileSync(join(folder, name), content);
  const library = join(folder, "library/matplotlib");
  mkdirSync(library, { recursive: true });
  for (const [name, text] of Object.entries({ __init__: RECORDING, pyplot: PYPLOT, colors: COLOURS }))
    writeFileSync(join(library, `${name}.py`), text);
  const calls = join(folder, "calls.json");
  const env = { ...process.env, PYTHONPATH: join(folder, "library"), CALLS: calls };
  const run = spawnSync("python3", [python.name], { cwd: folder, env, encoding: "utf8" });
  if (run.error) {
    process.stdout.write("no python3 here: the notebook's program was not run\n");
    return undefined;
  }
  expect(run.stderr).toBe("");
  // NaN is no JSON
  const written = readFileSync(calls, "utf8").replaceAll("NaN", "null");
  return new Map((JSON.parse(written) as readonly Call[]).map((call) => [call[0], call]));
}

test("the program beside a map of heads draws the numbers of its JSON", () => {
  const calls = callsOf(
    drawn("linear", [
      [-1.5, -0.5, -0.25],
      [-4.5, -0.5, -0.5],
    ]),
  );
  if (!calls) return;
  // effect = −0.5 − log p without the head
  const [, [effects], { cmap }] = calls.get("cells.imshow")!;
  expect(effects).toEqual([
    [1, 0, -0.25],
    [4, 0, 0],
  ]);
  // matplotlib's RdBu is red below and blue above, as the page is
  expect(cmap).toBe("RdBu");
  expect(calls.get("Normalize")![2]).toEqual({ vmin: -4, vmax: 4 });
  expect(calls.has("SymLogNorm")).toBe(false);
  expect(calls.get("sums.barh")![1]).toEqual([
    [0, 1],
    [0.75, 4],
  ]);
  expect(String(calls.get("plt.subplots().suptitle")![1])).toContain(PROMPT);
});

test("its colours are logarithmic where the map's are, and small effects stay pale", () => {
  const calls = callsOf(drawn("log", [[-0.6, -0.5]]));
  if (!calls) return;
  expect(calls.get("SymLogNorm")![2]).toEqual({ linthresh: 0.0002, vmin: -0.2, vmax: 0.2 });
});

test("what has not been computed is left blank", () => {
  const calls = callsOf(drawn("linear", [[-1.5, Number.NaN]]));
  if (!calls) return;
  expect(calls.get("cells.imshow")![1]).toEqual([[[1, null]]]);
  expect(calls.get("sums.barh")![1]).toEqual([[0], [1]]);
});
