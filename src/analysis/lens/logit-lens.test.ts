import { expect, test } from "vitest";
import { COUNTING_SPEC, CountingRunner } from "#test/counting-runner.ts";
import { NO_CHANGES } from "../ablation/changes.ts";
import { capture } from "../capture.ts";
import { logitLens } from "./logit-lens.ts";

/** Logits of three vectors fill what is in memory at once. */
const SPEC = { ...COUNTING_SPEC, vocabulary: (16 * 2 ** 20) / (4 * 3) - 1 };

test("a stop is heeded before the next piece, and nothing stays behind", async () => {
  const runner = new CountingRunner(SPEC);
  const run = await capture(runner, [5, 7], NO_CHANGES);
  const stop = new AbortController();
  const told: (readonly [number, number])[] = [];
  const question = {
    target: 3,
    scale: "own",
    first: 0,
    onProgress(done: number, total: number) {
      told.push([done, total]);
      if (done === 6) stop.abort(new Error("enough"));
    },
    signal: stop.signal,
  } as const;
  await expect(logitLens(runner, run, question)).rejects.toThrow("enough");
  // the embedding and three layers at two positions
  expect(told).toEqual([
    [3, 8],
    [6, 8],
  ]);
  expect(runner.unreleased).toBe(0);
});
