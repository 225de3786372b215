import { expect, test } from "vitest";
import { frequenciesOf, llama3Frequencies, plainFrequencies, turnHalves, turnNeighbours } from "./rotary.ts";
import { inner } from "./vectors.ts";

const EXACT = { atol: 1e-14, rtol: 1e-14 };

/** A quarter turn a position for the first pair, a half turn for the second. */
const QUARTER_AND_HALF = [Math.PI / 2, Math.PI];

test("turns halves: (1, 3) by a quarter, (2, 4) by a half", () => {
  expect(turnHalves(Float64Array.of(1, 2, 3, 4), 1, QUARTER_AND_HALF)).toBeAllClose([-3, -2, 1, -4], EXACT);
});

test("turns neighbours: (1, 2) by a quarter, (3, 4) by a half", () => {
  expect(turnNeighbours(Float64Array.of(1, 2, 3, 4), 1, QUARTER_AND_HALF)).toBeAllClose([-2, 1, -3, -4], EXACT);
});

test.each([
  ["halves", turnHalves, [-2, 1, 3, 4]],
  ["neighbours", turnNeighbours, [-2, 1, 3, 4]],
] as const)("leaves what is beyond the turned dimensions, with %s", (_name, turned, want) => {
  expect(turned(Float64Array.of(1, 2, 3, 4), 1, [Math.PI / 2])).toBeAllClose(want, EXACT);
});

test("of six dimensions four turn as halves: 0 with 2, 1 with 3", () => {
  const turned = turnHalves(Float64Array.of(1, 2, 3, 4, 5, 6), 1, QUARTER_AND_HALF);
  expect(turned).toBeAllClose([-3, -2, 1, -4, 5, 6], EXACT);
});

test.each([
  ["halves", turnHalves],
  ["neighbours", turnNeighbours],
] as const)("a product of query and key depends on their distance alone, with %s", (_name, turned) => {
  const [query, key] = [Float64Array.of(0.3, -1.2, 0.7, 2), Float64Array.of(1.1, 0.4, -0.6, 0.9)];
  const frequencies = plainFrequencies(10_000, 4);
  const at = (q: number, k: number) => inner(turned(query, q, frequencies), turned(key, k, frequencies));
  expect(at(9, 4)).toBeAllClose(at(5, 0), EXACT);
  expect(at(9, 4)).not.toBeAllClose(at(9, 5), { atol: 1e-3 });
});

test("falls by a power of the base from pair to pair, over the dimensions that turn", () => {
  expect(plainFrequencies(10_000, 4)).toBeAllClose([1, 0.01], EXACT);
  expect(plainFrequencies(10_000, 8)).toBeAllClose([1, 0.1, 0.01, 0.001], EXACT);
});

const SCALING = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 100 };

// a frequency of n · 2π / 100 makes n full turns in a context of 100
const turning = (turns: number) => (turns * 2 * Math.PI) / 100;

test.each([
  ["keeps what turns four times or more", 5, 1],
  ["keeps what turns four times", 4, 1],
  ["slows what turns once by the factor", 1, 1 / 8],
  ["slows what turns less by the factor", 0.1, 1 / 8],
  // half way from 1 to 4 turns: half of 1 and half of 1/8
  ["mixes both in between", 2.5, 9 / 16],
  // a third of the way
  ["linearly in the turns", 2, 1 / 3 + 2 / 3 / 8],
])("Llama 3 %s", (_name, turns, share) => {
  expect(llama3Frequencies([turning(turns)], SCALING)).toBeAllClose([share * turning(turns)], EXACT);
});

test.each([
  ["nothing at all", {}, 1e4],
  ["rope_theta", { rope_theta: 1e6 }, 1e6],
  ["rope_parameters", { rope_parameters: { rope_type: "default", rope_theta: 1e6 } }, 1e6],
  ["a rope_scaling of null", { rope_theta: 1e6, rope_scaling: null }, 1e6],
])("reads the base from %s", (_name, config, base) => {
  expect(frequenciesOf(config, 8)).toEqual(plainFrequencies(base, 8));
});

test("reads Llama 3's scaling in its older and its newer place", () => {
  const scaling = { ...SCALING, rope_type: "llama3" };
  const want = llama3Frequencies(plainFrequencies(5e5, 8), SCALING);
  expect(frequenciesOf({ rope_theta: 5e5, rope_scaling: scaling }, 8)).toEqual(want);
  expect(frequenciesOf({ rope_parameters: { ...scaling, rope_theta: 5e5 } }, 8)).toEqual(want);
  expect(want).not.toEqual(plainFrequencies(5e5, 8));
});

test("refuses another scaling", () => {
  expect(() => frequenciesOf({ rope_scaling: { rope_type: "yarn" } }, 8)).toThrow("rope_type yarn");
});
