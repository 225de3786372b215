import { describe, expect, test } from "vitest";
import { COUNTING_SPEC, CountingRunner } from "#test/counting-runner.ts";
import { capture } from "../capture.ts";
import { NO_CHANGES } from "../ablation/changes.ts";
import { patchRows, residualPatch } from "./sites.ts";
import type { PatchSite } from "./names.ts";
import { patchEach, patchingRows } from "./wavefront.ts";
import type { PatchingOptions } from "./wavefront.ts";

const RECEIVER = [5, 7, 2, 1];
const DONOR = [6, 3, 9, 4];

/** The counting model's logit is the last position's own value, so that only a patch there is seen: the donor's token less the receiver's. */
async function patched(site: PatchSite, options: Partial<PatchingOptions> = {}, spec = COUNTING_SPEC) {
  const runner = new CountingRunner(spec);
  const receiver = await capture(runner, RECEIVER, NO_CHANGES);
  const donor = await capture(runner, DONOR, NO_CHANGES);
  runner.blocks.length = 0;
  const rows = patchRows(spec, { receiver, donor }, { site });
  const told: (readonly [number, number])[] = [];
  const onWork = (done: number, total: number) => told.push([done, total]);
  const found = await patchEach(runner, receiver, rows, { tokens: [0], rowByRow: false, onWork, ...options });
  const changes = found.map((row) => row.map(({ logits }) => logits[0]! - receiver.logits[0]!));
  const run = runner.blocks.reduce((sum, { variants }) => sum + variants!.length, 0);
  return { runner, rows, told, changes, run };
}

describe.each([
  ["all layers at once", false],
  ["row by row", true],
])("%s", (_name, rowByRow) => {
  test.each(["resid_pre", "resid_post"] as const)("%s at a position is the donor's there", async (site) => {
    const { changes, runner } = await patched(site, { rowByRow });
    expect(changes).toEqual([0, 1, 2].map(() => [0, 0, 0, 4 - 1]));
    expect(runner.unreleased).toBe(0);
  });

  test("what parts write is the same in every prompt of this model", async () => {
    for (const site of ["attn_out", "mlp_out", "z"] as const) {
      const { changes, runner } = await patched(site, { rowByRow });
      expect(changes.flat().every((change) => change === 0)).toBe(true);
      expect(runner.unreleased).toBe(0);
    }
  });

  test.each([
    // four positions from every layer on: 4 · (3 + 2 + 1) rows of blocks, two forwards of three layers for every four patches
    ["resid_pre", 24],
    ["resid_mid", 12],
    ["resid_post", 12],
    ["attn_out", 24],
    ["mlp_out", 12],
    // two heads from every layer on
    ["z", 12],
  ] as const)("%s costs the layers from the patched one on: %i rows", async (site, cost) => {
    const { run, rows, told } = await patched(site, { rowByRow });
    expect(run).toBe(cost);
    expect(patchingRows(3, rows)).toBe(cost);
    expect(told).toEqual(Array.from({ length: cost }, (_, index) => [index + 1, cost]));
  });
});

test("at once, each layer runs once, and patches join where they begin", async () => {
  const { runner } = await patched("z");
  expect(runner.blocks.map(({ layer, variants }) => [layer, variants])).toEqual([
    [0, [0, 0]],
    [1, [0, 1, 2, 2]],
    [2, [0, 1, 2, 3, 4, 4]],
  ]);
});

test("what is too much for the memory runs in groups, and a row is told once it is whole", async () => {
  const rows: number[] = [];
  const spec = { ...COUNTING_SPEC, vocabulary: 10_000_000 };
  const { runner, changes } = await patched("resid_pre", { onRow: (row) => rows.push(row) }, spec);
  expect(Math.max(...runner.blocks.map(({ variants }) => variants!.length))).toBe(3);
  expect(rows).toEqual([2, 1, 0]);
  expect(changes).toEqual([0, 1, 2].map(() => [0, 0, 0, 3]));
});

test("the residual of every position is the donor's run", async () => {
  const runner = new CountingRunner();
  const receiver = await capture(runner, RECEIVER, NO_CHANGES);
  const donor = await capture(runner, DONOR, NO_CHANGES);
  const rows = [0, 1, 2, 3].map((layer) => [residualPatch({ receiver, donor }, layer, [0, 1, 2, 3])]);
  const found = await patchEach(runner, receiver, rows, { tokens: [1, 3], rowByRow: false });
  expect(found.map(([only]) => Array.from(only!.logits))).toEqual(rows.map(() => [donor.logits[1], donor.logits[3]]));
});

test("a stop ends it before the next run, and leaves nothing in memory", async () => {
  const runner = new CountingRunner();
  const receiver = await capture(runner, RECEIVER, NO_CHANGES);
  const stop = new AbortController();
  runner.onBlock = () => stop.abort();
  const rows = patchRows(COUNTING_SPEC, { receiver, donor: receiver }, { site: "resid_pre" });
  await expect(
    patchEach(runner, receiver, rows, { tokens: [0], rowByRow: false, signal: stop.signal }),
  ).rejects.toMatchObject({ name: "AbortError" });
  expect(runner.unreleased).toBe(0);
});
