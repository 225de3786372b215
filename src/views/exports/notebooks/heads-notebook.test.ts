import { expect, test } from "vitest";
import { EMPTY_SLOT, results } from "#state/run/results.ts";
import { DRAWN_BY, drawByMatplotlib, recordedCalls } from "#test/recorded-figure.ts";
import { drawnBeside, mapsBeside } from "../../heads/beside/beside-maps.ts";
import { drawnHeads } from "../../heads/export/heads-export.ts";
import type { Drawn, Stamp } from "../drawn.ts";
import { jsonFile, pythonFile } from "../files.ts";

const STAMP: Stamp = { version: "9.9.9", date: new Date("2026-11-29T06:00:00Z"), address: "http://here/" };
const PROMPT = `3+5= "quoted" \\ 'and' ü`;

/** A sweep of a model whose log p is −0.5, and what it is about. */
function sweepOf(logProbability: number[][], prompt: string) {
  const token = { id: 8, text: "8" };
  const model = { id: "abacus", name: "abacus", recordedBy: "a script" };
  const about = { model, variant: "base", prompt, target: 8, interventions: [], tokens: [token], token } as const;
  return { about, value: { target: 8, baseline: -0.5, logProbability } };
}

/** A map of heads as it is saved. */
const drawn = (scale: "linear" | "log", logProbability: number[][], prompt = PROMPT) =>
  drawnHeads({ ...EMPTY_SLOT, ...sweepOf(logProbability, prompt), isRecorded: true }, scale)!;

/** As a second prompt is asked: about its own answer. */
const ownAnswer = ({ about, value }: ReturnType<typeof sweepOf>) => ({ about: { ...about, target: undefined }, value });

/** Two of them. */
const beside = (logProbability: number[][], other: number[][]) =>
  drawnBeside(
    mapsBeside(sweepOf(logProbability, "$3+$5="), ownAnswer(sweepOf(other, "4+5="))),
    "linear",
    results.getInitialState(),
  )!;

/** @returns what matplotlib was asked last by each name; undefined where there is no Python */
function callsOf(of: Drawn) {
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

test("what has not been computed is left blank, and a row that is not whole has no sum", () => {
  const calls = callsOf(
    drawn("linear", [
      [-1.5, Number.NaN],
      [-1.5, -0.25],
      [Number.NaN, Number.NaN],
    ]),
  );
  if (!calls) return;
  expect(calls.get("axes0.imshow")![1]).toEqual([
    [
      [1, null],
      [1, -0.25],
      [null, null],
    ],
  ]);
  expect(calls.get("axes1.barh")![1]).toEqual([
    [0, 1, 2],
    [null, 0.75, null],
  ]);
});

test("two maps stand beside each other, on one scale of colours and one of sums", () => {
  const calls = callsOf(
    beside(
      [
        [-1.5, -0.5],
        [-0.5, -4.5],
      ],
      [
        [-0.75, -8.5],
        [Number.NaN, 0.5],
      ],
    ),
  );
  if (!calls) return;
  expect(calls.get("plt.subplots")![1]).toEqual([1, 4]);
  expect(calls.get("axes0.set_title")![1]).toEqual([String.raw`\$3+\$5=`]);
  expect(calls.get("axes2.set_title")![1]).toEqual(["4+5="]);
  expect(calls.get("axes0.imshow")![1]).toEqual([
    [
      [1, 0],
      [0, 4],
    ],
  ]);
  expect(calls.get("axes2.imshow")![1]).toEqual([
    [
      [0.25, 8],
      [null, -1],
    ],
  ]);
  expect(calls.get("Normalize")![2]).toEqual({ vmin: -8, vmax: 8 });
  expect(calls.get("axes1.barh")![1]).toEqual([
    [0, 1],
    [1, 4],
  ]);
  expect(calls.get("axes3.barh")![1]).toEqual([
    [0, 1],
    [8.25, null],
  ]);
  // as far as the longest bar of both
  expect(calls.get("axes1.set_xlim")![1]).toEqual(calls.get("axes3.set_xlim")![1]);
  expect(calls.get("axes1.set_xlim")![1][1]).toBeGreaterThan(8.25);
});

test("a prompt with dollars is no formula", () => {
  const calls = callsOf(drawn("log", [[-1.5, Number.NaN]], "$3+$5="));
  if (!calls) return;
  expect(String(calls.get("plt.subplots().suptitle")![1])).toContain(String.raw`\$3+\$5=`);
});

test.each([
  ["one map that is not whole, of a prompt with dollars", drawn("log", [[-1.5, Number.NaN]], "$3+$5=")],
  ["nothing but what is not known", drawn("linear", [[Number.NaN, Number.NaN]])],
  ["two maps", beside([[-1.5, -0.5]], [[0.5, Number.NaN]])],
])(`${DRAWN_BY} draws %s`, (_what, of) => {
  expect(() => drawByMatplotlib(jsonFile(of, STAMP), pythonFile(of)!)).not.toThrow();
});
