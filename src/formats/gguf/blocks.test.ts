import { GOLDEN_BLOCKS } from "#test/gguf/golden-blocks.ts";
import { expect, test } from "vitest";
import { linearColumn, linearRow } from "../linear.ts";
import { linearOf } from "../linear-pack.ts";
import { blockForm, decodeBlocks, packBlocks } from "./blocks.ts";
import { BLOCK_TYPES } from "./block-types.ts";

const bits = (values: Float32Array) => [...new Uint32Array(values.slice().buffer)];

test("there are golden values of every type", () => {
  expect(new Set(GOLDEN_BLOCKS.map(({ type }) => type))).toEqual(new Set(Object.keys(BLOCK_TYPES)));
});

test.each(GOLDEN_BLOCKS)("$type, $kind: every value is ggml's, bit for bit", ({ type, blocks, values }) => {
  expect(bits(decodeBlocks(blocks, type))).toEqual(bits(values));
});

const COLS = 256;

test.each(GOLDEN_BLOCKS)("$type, $kind: what is packed is read as ggml's values", ({ type, kind, blocks, values }) => {
  const linear = linearOf(packBlocks(blocks, type, COLS), COLS);
  const [{ offsets, block }] = linear.bands as [(typeof linear.bands)[0]];
  // an offset is a sum of two numbers, exact in float32 wherever their magnitudes are alike, as a quantiser makes them
  const isExact = !blockForm(type).hasOffsets || kind === "quantised";
  const beyond = [0, 1].flatMap((row) =>
    [...linearRow(linear, row)].filter((value, col) => {
      const wanted = values[row * COLS + col]!;
      const rounding = isExact
        ? 0
        : 2 ** -24 * (Math.abs(offsets[Math.floor(col / block) * 2 + row]!) + 2 * Math.abs(wanted));
      return !(Math.abs(value - wanted) <= rounding);
    }),
  );
  expect(linear.rows).toBe(2);
  expect(beyond).toEqual([]);
  expect([...linearColumn(linear, 17)]).toEqual([0, 1].map((row) => linearRow(linear, row)[17]));
});

/** A few blocks that can be worked out in the head. */
test("Q4_K by hand: the scales' six bits, the order of the halves, the minimum", () => {
  const block = new Uint8Array(144);
  block.set([0x00, 0x3c, 0x00, 0x38]); // d = 1, dmin = 0.5
  // sub-block 0: scale 3, minimum 2; sub-block 4: scale 0b01_0101 = 21, minimum 0b10_0001 = 33
  block[4] = 3 | (0b01 << 6);
  block[8] = 2 | (0b10 << 6);
  block[12] = 0b0101 | (0b0001 << 4);
  block[16] = 0x0f; // value 0 is 15, value 32 is 0
  block[16 + 64] = 0x07; // value 128 is 7
  const values = decodeBlocks(block, "Q4_K");
  expect([values[0], values[1], values[32], values[128], values[129]]).toEqual([45 - 1, -1, 0, 147 - 16.5, -16.5]);
  const linear = linearOf(packBlocks(block, "Q4_K", 256), 256);
  expect([...linearRow(linear, 0)]).toEqual([...values]);
  // the centre of four bits is 8: 8 · 3 − 1
  expect(linear.bands[0]!.offsets[0]).toBe(23);
});
