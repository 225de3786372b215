import { beforeEach, describe, expect, test } from "vitest";
import { capture } from "#analysis/capture.ts";
import type { Capture } from "#analysis/capture.ts";
import { NO_CHANGES } from "#analysis/ablation/changes.ts";
import { sweepHeads } from "#analysis/ablation/sweep.ts";
import { CountingRunner } from "#test/counting-runner.ts";
import { Sweeps } from "./sweeps.ts";

let runner: CountingRunner;
let clean: Capture;
let whole: number[][];
let sweeps: Sweeps;
beforeEach(async () => {
  runner = new CountingRunner();
  clean = await capture(runner, [5, 7], NO_CHANGES);
  whole = await sweepHeads(runner, clean, { target: 3, rowByRow: false, onRow: () => undefined });
  sweeps = new Sweeps(runner);
  runner.blocks.length = 0;
});

/** One who asks, and what it is told. */
function asking(options: { readonly target?: number; readonly signal?: AbortSignal } = {}) {
  const rows: number[] = [];
  const done: number[] = [];
  const found = sweeps.of(clean, {
    target: 3,
    rowByRow: true,
    onRow: (layer) => rows.push(layer),
    onWork: (rowsOfBlocks) => done.push(rowsOfBlocks),
    ...options,
  });
  return { rows, done, found };
}

/** Row by row, three layers cost 1 + 2 + 3 blocks. */
const ONE_SWEEP = 6;

test("a sweep that is done is not run again, and its rows are told", async () => {
  expect(await asking().found).toEqual(whole);
  const again = asking();
  expect(await again.found).toEqual(whole);
  expect(again.rows).toEqual([2, 1, 0]);
  expect(runner.blocks).toHaveLength(ONE_SWEEP);
});

test("two who ask at once share one, and both are told of every row once", async () => {
  const [first, second] = [asking(), asking()];
  expect(await Promise.all([first.found, second.found])).toEqual([whole, whole]);
  expect([first.rows, second.rows]).toEqual([
    [2, 1, 0],
    [2, 1, 0],
  ]);
  expect([first.done.at(-1), second.done.at(-1)]).toEqual([2 * ONE_SWEEP, 2 * ONE_SWEEP]);
  expect(runner.blocks).toHaveLength(ONE_SWEEP);
});

test("another target is another sweep", async () => {
  await asking().found;
  const other = await asking({ target: 1 }).found;
  expect(other.flat()).toEqual(whole.flat().map((value) => value - 2));
  expect(runner.blocks).toHaveLength(2 * ONE_SWEEP);
});

describe("when one leaves", () => {
  test("who waits for a sweep leaves it to the other", async () => {
    const controller = new AbortController();
    const first = asking();
    const second = asking({ signal: controller.signal });
    controller.abort();
    await expect(second.found).rejects.toMatchObject({ name: "AbortError" });
    expect(await first.found).toEqual(whole);
    expect(runner.blocks).toHaveLength(ONE_SWEEP);
  });

  test("who runs it leaves a new one to the other, who is told of no row twice", async () => {
    const controller = new AbortController();
    const first = asking({ signal: controller.signal });
    const second = asking();
    runner.onBlock = () => {
      if (runner.blocks.length === 2) controller.abort();
    };
    await expect(first.found).rejects.toMatchObject({ name: "AbortError" });
    expect(await second.found).toEqual(whole);
    expect(second.rows).toEqual([2, 1, 0]);
    expect(runner.unreleased).toBe(0);
  });

  test("a failure is told to all, and the next one tries again", async () => {
    runner.onBlock = () => {
      throw new Error("lost");
    };
    const [first, second] = [asking(), asking()];
    await expect(first.found).rejects.toThrow("lost");
    await expect(second.found).rejects.toThrow("lost");
    runner.onBlock = () => undefined;
    expect(await asking().found).toEqual(whole);
  });
});
