import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

/** Runs as long as the pace says, on a machine of so many products in a millisecond. */
function runOn(pace: Pace, perMs: number, workEach: number, times: number): number {
  let ms = 0;
  for (let run = 0; run < times; run++) {
    const work = workEach * pace.piecesAtOnce(workEach);
    ms = work / perMs;
    pace.measured(work, ms);
  }
  return ms;
}

test.each([1e4, 1e5, 1e6, 1e7])(
  "a machine of %i products a millisecond is soon kept half a second at a time",
  (perMs) => {
    expect(runOn(new Pace(), perMs, 1e3, 12)).toBeCloseTo(500, -1);
  },
);

test("a piece that takes longer than that is still run", () => {
  expect(new Pace().piecesAtOnce(1e15)).toBe(1);
});

test("the first run of a machine a tenth as fast as expected is bounded, too, and the next are shorter", () => {
  const pace = new Pace();
  const first = runOn(pace, 2e4, 1e3, 1);
  expect(first).toBeLessThanOrEqual(5_000);
  expect(runOn(pace, 2e4, 1e3, 1)).toBeLessThan(first);
});

test("runs of nothing are no reason to run everything at once for ever", () => {
  const pace = new Pace();
  for (let run = 0; run < 100; run++) pace.measured(1, 0.01);
  pace.measured(1e6, 1_000);
  expect(pace.piecesAtOnce(1e3)).toBeLessThan(1e5);
});
