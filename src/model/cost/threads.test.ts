import { expect, test } from "vitest";
import { wasmThreads } from "./threads.ts";

test.each([
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 2],
  [6, 3],
  [7, 4],
  [8, 4],
  [16, 8],
  [128, 8],
])("WASM on %i cores: %i threads", (cores, threads) => {
  expect(wasmThreads(cores, true)).toBe(threads);
});

test.each([1, 3, 16])("asked for %i threads, WASM takes as many, however many cores there are", (asked) => {
  for (const cores of [undefined, 1, 2, 64]) expect(wasmThreads(cores, true, asked)).toBe(asked);
  expect(wasmThreads(8, false, asked)).toBe(1);
});

test("without cross-origin isolation, or where the browser does not count its cores, WASM has one thread", () => {
  expect(wasmThreads(8, false)).toBe(1);
  expect(wasmThreads(undefined, true)).toBe(1);
});
