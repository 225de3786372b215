import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { largestIncrease } from "#charts/chain/chain-marks.ts";
import { publishedChain } from "#analysis/chain/published.ts";
import type { PublishedRecord } from "#analysis/chain/published.ts";
import { results } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { crowdedChain } from "#test/chains.ts";
import { DRAWN_BY, drawByMatplotlib, recordedCalls } from "#test/recorded-figure.ts";
import type { Call } from "#test/recorded-figure.ts";
import { drawnChain } from "../../chain/chain-exports.ts";
import { withoutHead } from "../../chain/shown-chains.ts";
import type { ShownChain } from "../../chain/shown-chains.ts";
import type { Stamp } from "../drawn.ts";
import { jsonFile, pythonFile } from "../files.ts";

const STAMP: Stamp = { version: "9.9.9", date: new Date("2026-11-29T06:00:00Z"), address: "http://here/" };
/** The strongest edge of the page, 10 pixels, in points. */
const WIDEST = 7.5;

const file = join(import.meta.dirname, "../../../../public/findings/llama-7b-3plus5.json");
const record = JSON.parse(readFileSync(file, "utf8")) as PublishedRecord;

function filesOf(shown: readonly ShownChain[], published?: "llama-7b-3plus5") {
  const scale = { threshold: 0.2, limit: largestIncrease(shown.map(({ clean }) => clean)) };
  const drawn = drawnChain(shown, { scale, lines: () => [], published, slots: results.getInitialState() })!;
  return [jsonFile(drawn, STAMP), pythonFile(drawn)!] as const;
}

const published = () => filesOf([withoutHead("3+5=", publishedChain(record))], "llama-7b-3plus5");

const named = (calls: readonly Call[], name: string) => calls.filter((call) => call[0] === name);

test("the program beside the published chain draws its parts, edges and bars", () => {
  const calls = recordedCalls(...published());
  if (!calls) return;
  const [places, texts] = named(calls, "axes0.set_yticks")[0]![1] as [number[], string[]];
  expect(texts).toHaveLength(6);
  expect([texts[2], texts[4], texts[5]]).toEqual(["3", "5", "="]);
  const parts = new Map(
    named(calls, "axes0.text").map(([, [x, y, text]]) => [String(text).split(/\s/)[0], { x: Number(x), y: Number(y) }]),
  );
  expect(parts.get("L12N4072@2")!.y).toBe(places[2]);
  expect(parts.get("L11N2258@4")!.y).toBe(places[4]);
  // three deep neurons in the last row, the deeper further right and further down
  const deep = ["L19N5769", "L25N7164", "L28N3696"].map((name) => parts.get(name)!);
  expect(deep.map(({ y }) => y - places[5]!)).toEqual([-1, 0, 1]);
  expect(deep.map(({ x }) => x)).toEqual(deep.map(({ x }) => x).toSorted((a, b) => a - b));
  const labels = named(calls, "axes0.text").map(([, given]) => String(given[2]));
  expect(labels).toContain("L28N3696  0.82\n8 eight ⁸");
  // six of the two words, nine of the three neurons, and the head's own
  const edges = named(calls, "PathPatch").map(([, , look]) => look);
  expect(edges).toHaveLength(16);
  const widths = edges.map(({ linewidth }) => Number(linewidth));
  for (const share of [1, 0.3097 / 0.8229, 0.2041 / 0.8229]) {
    expect(widths.some((width) => Math.abs(width - WIDEST * share) < 1e-9)).toBe(true);
  }
  // without a number: three between the neurons, two of the head's, its own way, and the word “5”
  expect(edges.filter(({ linestyle, alpha }) => linestyle === ":" && alpha === 0.62)).toHaveLength(7);
  const [before, after] = named(calls, "axes1.barh").map(([, [, shares]]) => shares as number[]);
  expect(before![0]).toBeCloseTo(0.3775949776172638, 12);
  // as the notebook prints it of head 17_22
  expect(after![0]).toBeCloseTo(0.06159592792391777, 7);
});

/** Two crowded chains, of which the second's edges to the prediction are twice as wide and against it. */
function twoChains() {
  const about = (prompt: string): Subject => ({
    model: { id: "abacus", name: "abacus" },
    variant: "base",
    prompt,
    target: undefined,
    interventions: [{ kind: "neuron", at: { layer: 3, neuron: 0 }, scale: 0 }],
    tokens: [..."<drei+="].map((text, id) => ({ id, text })),
    token: { id: 8, text: "acht" },
  });
  const chain = crowdedChain();
  const doubled = {
    ...chain,
    edges: chain.edges.map((edge) => (edge.kind === "promotes" ? { ...edge, claimed: -2 * edge.claimed! } : edge)),
  };
  return filesOf([
    withoutHead("$3$+5=", chain, { about: about("$3$+5=") }),
    withoutHead("4+5=", doubled, { about: about("4+5=") }),
  ]);
}

test("two chains are drawn below each other on one scale, and what is off steps back", () => {
  const chain = crowdedChain();
  const calls = recordedCalls(...twoChains());
  if (!calls) return;
  expect(named(calls, "plt.subplots")[0]![1]).toEqual([2, 2]);
  expect(named(calls, "axes0.set_title")[0]![1]).toEqual([String.raw`\$3\$+5=`]);
  expect(named(calls, "axes2.set_title")[0]![1]).toEqual(["4+5="]);
  const edges = named(calls, "PathPatch").map(([, , look]) => look);
  expect(edges).toHaveLength(2 * chain.edges.length);
  // the last nine of each lead to the prediction: of 1 nat and of −2
  const [first, second] = [edges.slice(0, chain.edges.length).slice(-9), edges.slice(-9)];
  expect(new Set(first.map(({ linewidth }) => linewidth))).toEqual(new Set([WIDEST / 2]));
  expect(new Set(second.map(({ linewidth }) => linewidth))).toEqual(new Set([WIDEST]));
  expect(new Set(second.map(({ linestyle }) => linestyle))).toEqual(new Set(["--"]));
  // the head's own, then the eight neurons'; the first of these is off
  expect(first.map(({ alpha }) => alpha)).toEqual([0.62, 0.13, ...Array.from({ length: 7 }, () => 0.62)]);
});

test.each([
  ["the published chain", published()],
  ["two chains", twoChains()],
])(`${DRAWN_BY} draws %s`, (_what, files) => {
  expect(() => drawByMatplotlib(...files)).not.toThrow();
});
