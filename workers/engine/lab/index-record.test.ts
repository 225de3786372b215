import { expect, test } from "vitest";
import type { LayerIndex } from "#analysis/search/token-index.ts";
import { decodeLayer, encodeLayer } from "./index-record.ts";

const INDEX: LayerIndex = {
  layer: 3,
  neurons: 2,
  depth: 2,
  topIds: Uint32Array.of(5, 1, 9, 151_935),
  topLogits: Float32Array.of(2.5, 2, 0.25, 0.125),
  bottomIds: Uint32Array.of(7, 8, 4, 3),
  bottomLogits: Float32Array.of(-3, -2, -0.5, -0.25),
};
const ABOUT = { fingerprint: "abacus q8", layer: 3, neurons: 2, depth: 2 };

test("what was written is read", () => {
  expect(decodeLayer(encodeLayer(INDEX, "abacus q8"), ABOUT)).toEqual(INDEX);
});

test("is read from the middle of other bytes as well", () => {
  const bytes = encodeLayer(INDEX, "abacus q8");
  for (const shift of [3, 8]) {
    const inside = new Uint8Array(bytes.length + 20);
    inside.set(bytes, shift);
    expect(decodeLayer(inside.subarray(shift, shift + bytes.length), ABOUT)).toEqual(INDEX);
  }
});

test("one changed bit anywhere is noticed", () => {
  const bytes = encodeLayer(INDEX, "abacus q8");
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1 << (at % 8);
    expect(decodeLayer(damaged, ABOUT)).toBeUndefined();
  }
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["a file cut short", encodeLayer(INDEX, "abacus q8").slice(0, -4)],
  ["a file with more behind it", new Uint8Array([...encodeLayer(INDEX, "abacus q8"), 0, 0, 0, 0])],
])("refuses %s", (_, bytes) => {
  expect(decodeLayer(bytes, ABOUT)).toBeUndefined();
});

test.each([
  ["model or precision", { fingerprint: "abacus q4" }],
  ["layer", { layer: 2 }],
  ["shape", { neurons: 1, depth: 4 }],
])("refuses what is about another %s", (_, changes) => {
  expect(decodeLayer(encodeLayer(INDEX, "abacus q8"), { ...ABOUT, ...changes })).toBeUndefined();
});
