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

/** What it takes to do that many pieces, and the longest run of it, where a run takes its start and so much for each piece. */
function doAll(pace: Pace, pieces: number, { start, each }: { start: number; each: number }) {
  const work = 1e8;
  let [ms, longest] = [0, 0];
  for (let left = pieces; left > 0;) {
    const now = Math.min(left, pace.piecesAtOnce(work));
    const took = start + each * now;
    pace.measured(now * work, took);
    ms += took;
    longest = Math.max(longest, took);
    left -= now;
  }
  return { ms, longest };
}

/** Half a second, or twice the start, or one piece: no run is longer. A piece that fits to the millisecond may be left out. */
function bestOf({ start, each }: { start: number; each: number }) {
  const most = Math.max(500, 2 * start, start + each);
  return { most, fitting: Math.max(1, Math.floor((most - start - 1) / each)) };
}

// starts and pieces of 10 ms to 2 s: from what half a second holds many of to what takes longer whole than anybody would wait
const TIMES = [10, 50, 200, 450, 1_000, 2_000];
const MACHINES = TIMES.flatMap((start) => TIMES.map((each) => ({ start, each })));

test.each(MACHINES)(
  "where a run takes $start ms and $each ms for each piece, its start is not paid again and again",
  (machine) => {
    const { start, each } = machine;
    const pace = new Pace();
    doAll(pace, 100, machine);
    const { ms, longest } = doAll(pace, 1_000, machine);
    const { most, fitting } = bestOf(machine);
    expect(longest).toBeLessThan(1.1 * most);
    expect(ms).toBeLessThan(1.1 * Math.ceil(1_000 / fitting) * (start + each * fitting));
  },
);

test.each(MACHINES)("of $start ms and $each ms a piece that is learnt in a few runs", (machine) => {
  const { start, each } = machine;
  const { longest, ms } = doAll(new Pace(), 27, machine);
  expect(longest).toBeLessThan(Math.max(1_000, 4 * start, 2 * (start + each)));
  // six runs more than those that know: 1, 2, 4, 8 and 12 pieces, and one that was too long
  expect(ms).toBeLessThan(27 * each + start * (Math.ceil(27 / bestOf(machine).fitting) + 6) + 500);
});

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
