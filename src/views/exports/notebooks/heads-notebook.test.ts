import { expect, test } from "vitest";
import { EMPTY_SLOT } from "#state/run/results.ts";
import { drawByMatplotlib, recordedCalls } from "#test/recorded-figure.ts";
import { drawnHeads } from "../../heads/heads-export.ts";
import type { Stamp } from "../drawn.ts";
import { jsonFile, pythonFile } from "../files.ts";

const STAMP: Stamp = { version: "9.9.9", date: new Date("2026-11-29T06:00:00Z"), address: "http://here/" };
const PROMPT = `3+5= "quoted" \\ 'and' ü`;

/** A map of heads as it is saved, of a model whose log p is −0.5. */
function drawn(scale: "linear" | "log", logProbability: number[][], prompt = PROMPT) {
  const token = { id: 8, text: "8" };
  const model = { id: "abacus", name: "abacus", recordedBy: "a script" };
  const about = {
    model,
    variant: "base",
    prompt,
    target: 8,
    interventions: [],
    tokens: [token],
    token,
  } as const;
  const value = { target: 8, baseline: -0.5, logProbability };
  return drawnHeads({ ...EMPTY_SLOT, value, about, isRecorded: true }, scale)!;
}

/** @returns what matplotlib was asked last by each name; undefined where there is no Python */
function callsOf(of: ReturnType<typeof drawn>) {
  const calls = recordedCalls(jsonFile(of, STAMP), pythonFile(of)!);
  return calls && new Map(calls.map((call) => [call[0], call]));
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
  const [, [effects], { cmap }] = calls.get("axes0.imshow")!;
  expect(effects).toEqual([
    [1, 0, -0.25],
    [4, 0, 0],
  ]);
  // matplotlib's RdBu is red below and blue above, as the page is
  expect(cmap).toBe("RdBu");
  expect(calls.get("Normalize")![2]).toEqual({ vmin: -4, vmax: 4 });
  expect(calls.has("SymLogNorm")).toBe(false);
  expect(calls.get("axes1.barh")![1]).toEqual([
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
  expect(calls.get("axes0.imshow")![1]).toEqual([[[1, null]]]);
  expect(calls.get("axes1.barh")![1]).toEqual([[0], [1]]);
});

test("a prompt with dollars is no formula, and matplotlib itself draws it", () => {
  const of = drawn("log", [[-1.5, Number.NaN]], "$3+$5=");
  const files = [jsonFile(of, STAMP), pythonFile(of)!] as const;
  expect(() => drawByMatplotlib(...files)).not.toThrow();
  const calls = callsOf(of);
  if (!calls) return;
  expect(String(calls.get("plt.subplots().suptitle")![1])).toContain(String.raw`\$3+\$5=`);
});
