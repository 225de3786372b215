import { COUNTING_SPEC, CountingRunner, headWrites } from "#test/counting-runner.ts";
import { describe, expect, test } from "vitest";
import { capture } from "../capture.ts";
import { NO_CHANGES } from "./changes.ts";
import { sweepHeads } from "./sweep.ts";
import type { SweepOptions } from "./sweep.ts";

const TARGET = 3;

async function swept(options: Partial<SweepOptions> = {}, spec = COUNTING_SPEC) {
  const runner = new CountingRunner(spec);
  const clean = await capture(runner, [5, 7], NO_CHANGES);
  runner.blocks.length = 0;
  const rows: (readonly [number, readonly number[]])[] = [];
  const onRow = (layer: number, row: number[]) => rows.push([layer, row]);
  const grid = await sweepHeads(runner, clean, { target: TARGET, rowByRow: false, onRow, ...options });
  return { runner, clean, rows, grid };
}

describe.each([
  ["all layers at once", false],
  ["row by row", true],
])("%s", (_name, rowByRow) => {
  test("each head's cell lacks what that head writes, and nothing else", async () => {
    const { clean, grid } = await swept({ rowByRow });
    const baseline = clean.logits[TARGET]!;
    expect(grid).toEqual([0, 1, 2].map((layer) => [0, 1].map((head) => baseline - headWrites(layer, head))));
  });

  test("reports every row once, as it ends up", async () => {
    const { rows, grid } = await swept({ rowByRow });
    expect([...rows].sort(([a], [b]) => a - b)).toEqual(grid.map((row, layer) => [layer, row]));
  });

  test("releases all that it asked for", async () => {
    expect((await swept({ rowByRow })).runner.unreleased).toBe(0);
  });
});

test.each([
  ["all layers at once", {}, COUNTING_SPEC],
  ["row by row", { rowByRow: true }, COUNTING_SPEC],
  ["in groups", {}, { ...COUNTING_SPEC, vocabulary: 8_000_000 }],
])("%s: every row of a block counts towards the whole, which is what all blocks run", async (_name, options, spec) => {
  const told: (readonly [number, number])[] = [];
  const { runner } = await swept({ ...options, onWork: (done, total) => told.push([done, total]) }, spec);
  const rows = runner.blocks.reduce((sum, { batch, variants }) => sum + (variants?.length ?? batch), 0);
  expect(told).toEqual(Array.from({ length: rows }, (_, index) => [index + 1, rows]));
});

test("at once: each layer once, with two variants more each time and the clean run until the last", async () => {
  const { runner, rows } = await swept();
  expect(runner.blocks.map(({ layer, batch, variants }) => ({ layer, batch, variants }))).toEqual([
    { layer: 0, batch: 1, variants: [0, 0, 0] },
    { layer: 1, batch: 3, variants: [0, 1, 2, 2, 2] },
    { layer: 2, batch: 5, variants: [0, 1, 2, 3, 4, 4] },
  ]);
  expect(rows.map(([layer]) => layer)).toEqual([0, 1, 2]);
});

test("a new variant is without one head of its layer; all others keep every head", async () => {
  const { runner } = await swept();
  expect(runner.blocks[1]!.headScale).toEqual({
    rows: 5,
    cols: 2,
    data: new Float32Array([1, 1, 1, 1, 0, 1, 1, 0, 1, 1]),
  });
});

test("row by row: the last layer first, each with its own head switched off and the layers above", async () => {
  const { runner, rows } = await swept({ rowByRow: true });
  expect(rows.map(([layer]) => layer)).toEqual([2, 1, 0]);
  expect(runner.blocks.map(({ layer, variants }) => [layer, variants])).toEqual([
    [2, [0, 0]],
    [1, [0, 0]],
    [2, undefined],
    [0, [0, 0]],
    [1, undefined],
    [2, undefined],
  ]);
});

test("what is too much for the memory goes in groups of layers, the last ones first", async () => {
  // four variants of 8 million logits fill the eighth of a gigabyte that a GPU binds: two layers of two heads
  const { runner, rows, grid } = await swept({}, { ...COUNTING_SPEC, vocabulary: 8_000_000 });
  expect(rows.map(([layer]) => layer)).toEqual([1, 2, 0]);
  expect(runner.blocks.map(({ layer, batch }) => [layer, batch])).toEqual([
    [1, 1],
    [2, 3],
    [0, 1],
    [1, 2],
    [2, 2],
  ]);
  expect(grid).toEqual((await swept()).grid);
});

test("stops between two runs with what it was aborted with, keeping the rows so far", async () => {
  const runner = new CountingRunner();
  const clean = await capture(runner, [5, 7], NO_CHANGES);
  const controller = new AbortController();
  const reason = new Error("enough");
  const rows: number[] = [];
  const sweep = sweepHeads(runner, clean, {
    target: TARGET,
    rowByRow: true,
    onRow: (layer) => {
      rows.push(layer);
      if (layer === 1) controller.abort(reason);
    },
    signal: controller.signal,
  });
  await expect(sweep).rejects.toBe(reason);
  expect([rows, runner.unreleased]).toEqual([[2, 1], 0]);
});
