import type { WeightPlan } from "#model/spec.ts";
import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { layOut, loraDown, loraUp, weightsOf } from "./weights.ts";
import type { WeightLayout } from "./weights.ts";

const linear = (name: string, rows: number, cols: number): WeightPlan => ({
  name,
  kind: "linear",
  tensors: [name],
  shape: [rows, cols],
});
const plain = (name: string, ...shape: number[]): WeightPlan => ({ name, kind: "plain", tensors: [name], shape });

const places = (layout: WeightLayout) =>
  [
    ...[...layout.linear.values()].flatMap(({ bands }) =>
      bands.flatMap(({ values, scales, offsets }) => [values, scales, offsets]),
    ),
    ...[...layout.plain.values()].map(({ place }) => place),
  ].sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);

test("gives the places worked out by hand", () => {
  // 3 rows of 2 blocks: 96 bytes of 4-bit values, 24 bytes of scales
  const layout = layOut([plain("gain", 5), linear("w", 3, 40)], 4);
  expect(layout.plain.get("gain")).toEqual({ shape: [5], place: { offset: 0, bytes: 20 } });
  expect(layout.linear.get("w")).toEqual({
    name: "w",
    rows: 3,
    cols: 40,
    bands: [
      {
        rows: 3,
        bits: 4,
        block: 32,
        hasOffsets: false,
        values: { offset: 64, bytes: 96 },
        scales: { offset: 192, bytes: 24 },
        offsets: { offset: 256, bytes: 0 },
      },
    ],
  });
  expect(layout.totalBytes).toBe(256);
});

test("q8 takes a byte a value with the last block padded, f32 four and no scales", () => {
  expect(layOut([linear("w", 3, 40)], 8).linear.get("w")!.bands).toMatchObject([
    { values: { bytes: 192 }, scales: { bytes: 24 } },
  ]);
  expect(layOut([linear("w", 3, 40)], 32).linear.get("w")!.bands).toMatchObject([
    { values: { bytes: 480 }, scales: { bytes: 0 } },
  ]);
});

test("nothing overlaps, everything is aligned to 64 bytes and inside the whole", () => {
  const size = fc.integer({ min: 1, max: 200 });
  const plans = fc.array(fc.tuple(fc.boolean(), size, size), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(plans, fc.constantFrom<4 | 8 | 32>(4, 8, 32), (shapes, bits) => {
      const layout = layOut(
        shapes.map(([isLinear, rows, cols], i) =>
          isLinear ? linear(`w${i}`, rows, cols) : plain(`w${i}`, rows, cols),
        ),
        bits,
      );
      let end = 0;
      for (const { offset, bytes } of places(layout)) {
        expect(offset % 64).toBe(0);
        expect(offset).toBeGreaterThanOrEqual(end);
        end = offset + bytes;
      }
      expect(layout.totalBytes).toBeGreaterThanOrEqual(end);
      expect(layout.totalBytes - end).toBeLessThan(64);
    }),
  );
});

test("an adapter's path comes after the bias, so that the base's operators stay as they are", () => {
  const g = new GraphBuilder("part", "w.bin");
  const base = layOut([linear("qkv", 8, 4), plain("qkv.bias", 8)], 32);
  const beside = (offset: number, bytes: number) => ({ file: "adapter.bin", offset, bytes });
  const layout = {
    ...base,
    plain: new Map([
      ...base.plain,
      [loraDown("qkv"), { shape: [4, 2], place: beside(0, 32) }],
      [loraUp("qkv"), { shape: [2, 8], place: beside(32, 64) }],
    ]),
  };
  weightsOf(g, layout, { normEps: 1e-6 }).linear("x", "qkv");
  const { operations, initializers } = g.build();
  expect(operations.map(({ op, inputs }) => [op, ...inputs])).toEqual([
    ["MatMul", "x", "qkv"],
    ["Add", "MatMul_0_0", "qkv.bias"],
    ["MatMul", "x", "qkv.lora_a"],
    ["MatMul", "MatMul_2_0", "qkv.lora_b"],
    ["Add", "Add_1_0", "MatMul_3_0"],
  ]);
  expect(initializers.map(({ data }) => ("file" in data ? data.file : ""))).toEqual([
    "w.bin",
    "w.bin",
    "adapter.bin",
    "adapter.bin",
  ]);
});

test("a graph that asks for a weight outside the plan is told what there is", () => {
  const weights = weightsOf(new GraphBuilder("part", "w.bin"), layOut([plain("gain", 4), linear("qkv", 8, 4)], 8), {
    normEps: 1e-6,
  });
  expect(() => weights.linear("x", "down")).toThrow(new RangeError("graph: no linear weight down; there are qkv"));
  expect(() => weights.plain("bias")).toThrow(new RangeError("graph: no plain weight bias; there are gain"));
});
