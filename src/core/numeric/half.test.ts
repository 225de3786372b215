import { bfloat16Bits, float16Bits } from "#test/checkpoints.ts";
import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { decodeBfloat16, decodeFloat16 } from "./half.ts";

test.each([
  [0x0000, 0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x7bff, 65504],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
  [0x7e00, NaN],
])("reads the half %i as %d", (bits, value) => {
  expect([...decodeFloat16(new Uint16Array([bits]))]).toEqual([value]);
});

test("keeps the sign of a half's zero", () => {
  expect(Object.is(decodeFloat16(new Uint16Array([0x8000]))[0], -0)).toBe(true);
});

test.each([
  [0x3f80, 1],
  [0xc049, -3.140625],
  [0x0001, 2 ** -133],
  [0x7f80, Infinity],
  [0x7fc0, NaN],
])("reads the bfloat16 %i as %d", (bits, value) => {
  expect([...decodeBfloat16(new Uint16Array([bits]))]).toEqual([value]);
});

test("reads back every finite value that can be written", () => {
  const finite = (mask: number) => fc.nat({ max: 0xffff }).filter((bits) => (bits & mask) !== mask && bits !== 0x8000);
  fc.assert(
    fc.property(finite(0x7c00), (bits) => {
      expect(float16Bits(decodeFloat16(new Uint16Array([bits]))[0]!)).toBe(bits);
    }),
  );
  fc.assert(
    fc.property(finite(0x7f80), (bits) => {
      expect(bfloat16Bits(decodeBfloat16(new Uint16Array([bits]))[0]!)).toBe(bits);
    }),
  );
});
