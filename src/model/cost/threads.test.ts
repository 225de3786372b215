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

test("without cross-origin isolation, or where the browser does not count its cores, WASM has one thread", () => {
  expect(wasmThreads(8, false)).toBe(1);
  expect(wasmThreads(undefined, true)).toBe(1);
});
