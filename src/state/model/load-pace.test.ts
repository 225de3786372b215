import { describe, expect, test } from "vitest";
import { LoadPace, NO_PACE } from "./load-pace.ts";

const TOTAL = 12_860_000;
const fetching = (done: number, total = TOTAL) => ({ stage: "fetching", done, total, part: "block 1" }) as const;

/** What came by each moment, in bytes, with the truth about the line's speed. */
interface Line {
  readonly name: string;
  readonly came: (ms: number) => number;
  readonly perSecond: number;
  /** Between two pieces. */
  readonly pieceMs: number;
  /** From here on the pace is to be true. */
  readonly fromMs: number;
}

const steady = (perSecond: number, pieceMs: number): Line => ({
  name: `${perSecond} bytes a second in pieces every ${pieceMs} ms`,
  came: (ms) => (ms * perSecond) / 1000,
  perSecond,
  pieceMs,
  fromMs: 4 * Math.max(1000, pieceMs),
});

/** So many bytes a second for a while, then nothing for a while, again and again. */
const bursts = (perSecond: number, onMs: number, offMs: number): Line => ({
  name: `${perSecond} bytes a second for ${onMs} ms, then nothing for ${offMs} ms`,
  came: (ms) => {
    const whole = Math.floor(ms / (onMs + offMs));
    return ((whole * onMs + Math.min(onMs, ms % (onMs + offMs))) * perSecond) / 1000;
  },
  perSecond: (perSecond * onMs) / (onMs + offMs),
  pieceMs: 100,
  fromMs: 5 * (onMs + offMs),
});

const LINES = [
  steady(1_000, 100),
  steady(1_000, 1_000),
  steady(1_000, 1_460),
  steady(50_000, 20),
  steady(50_000, 330),
  steady(1_000_000, 7),
  bursts(4_000, 500, 1_500),
  bursts(100_000, 1_000, 1_000),
  bursts(100_000, 1_000, 2_000),
  bursts(20_000, 2_000, 2_000),
  bursts(1_000_000, 300, 2_700),
];

/** The pace as the page shows it, second by second, and at each piece. */
function* shown({ came, pieceMs }: Line, untilMs: number) {
  const pace = new LoadPace();
  pace.after(fetching(0), 0);
  let tick = 1000;
  for (let now = pieceMs; now <= untilMs; now += pieceMs) {
    for (; tick <= now; tick += 1000) yield { now: tick, pace: pace.at(tick) };
    yield { now, pace: pace.after(fetching(Math.min(TOTAL, came(now))), now) };
  }
}

test.each(LINES)("within a fifth of the truth: $name", (line) => {
  const ends = (1000 * TOTAL) / line.perSecond;
  let told = 0;
  for (const { now, pace } of shown(line, Math.min(120_000, 0.9 * ends))) {
    const { bytesPerSecond, leftMs, silentMs } = pace;
    expect(silentMs).toBeUndefined();
    expect([bytesPerSecond ?? 1, leftMs ?? 1].every((each) => Number.isFinite(each) && each > 0)).toBe(true);
    if (now < line.fromMs || now > 0.9 * ends) continue;
    told += 1;
    expect(bytesPerSecond! / line.perSecond).toBeGreaterThan(0.8);
    expect(bytesPerSecond! / line.perSecond).toBeLessThan(1.2);
    expect(leftMs! / (ends - now)).toBeGreaterThan(0.8);
    expect(leftMs! / (ends - now)).toBeLessThan(1.2);
  }
  expect(told).toBeGreaterThan(0);
});

describe("a line that stands still", () => {
  const pace = new LoadPace();
  for (let ms = 0; ms <= 10_000; ms += 100) pace.after(fetching(ms), ms);

  test("has its pace for a moment more, then says how long nothing came", () => {
    expect(pace.at(12_000).bytesPerSecond).toBeGreaterThan(700);
    expect(pace.at(14_900).silentMs).toBeUndefined();
    expect(pace.at(15_000)).toEqual({ ...NO_PACE, silentMs: 5_000 });
    expect(pace.at(70_000)).toEqual({ ...NO_PACE, silentMs: 60_000 });
  });

  test("has a true pace again some seconds after it went on", () => {
    for (let ms = 70_100; ms <= 90_000; ms += 100) pace.after(fetching(10_000 + 5 * (ms - 70_000)), ms);
    expect(pace.at(90_000).bytesPerSecond).toBeCloseTo(5_000, -2);
  });

  test("before its first byte says so as well", () => {
    const silent = new LoadPace();
    silent.after(fetching(0), 0);
    expect(silent.at(4_000)).toEqual(NO_PACE);
    expect(silent.at(6_000).silentMs).toBe(6_000);
  });
});

test("says nothing of a pace in the first seconds, and nothing at all before the first mark", () => {
  const pace = new LoadPace();
  expect(pace.at(0)).toEqual(NO_PACE);
  expect(pace.after(fetching(500), 0)).toEqual(NO_PACE);
  expect(pace.after(fetching(65_536), 50)).toEqual(NO_PACE);
});

test("counts from the first mark, not from 0: what was stored earlier cost no time now", () => {
  const pace = new LoadPace();
  pace.after(fetching(600, 1000), 0);
  for (let second = 1; second <= 4; second++) pace.after(fetching(600 + 50 * second, 1000), 1000 * second);
  // 50 bytes a second leave 200 for 4 s
  expect(pace.at(4000).bytesPerSecond! / 50).toBeCloseTo(1, 0);
  expect(pace.at(4000).leftMs! / 4000).toBeCloseTo(1, 0);
});

test("forgets what was more than twenty seconds ago", () => {
  const pace = new LoadPace();
  for (let second = 0; second <= 10; second++) pace.after(fetching(1_000_000 * second), 1000 * second);
  for (let second = 11; second <= 40; second++) pace.after(fetching(10_000_000 + 1000 * (second - 10)), 1000 * second);
  expect(pace.at(40_000).bytesPerSecond! / 1000).toBeCloseTo(1, 0);
});

test("begins anew with a stage and after a pause, and only a download has bytes per second", () => {
  const pace = new LoadPace();
  for (let second = 0; second < 5; second++) pace.after(fetching(10 * second), 1000 * second);
  const preparing = (done: number) => ({ stage: "preparing", done, total: 100, part: "" }) as const;
  expect(pace.after(preparing(0), 5000)).toEqual(NO_PACE);
  pace.after(preparing(25), 7500);
  expect(pace.after(preparing(50), 10_000)).toMatchObject({ bytesPerSecond: undefined, silentMs: undefined });
  expect(pace.at(10_000).leftMs! / 5000).toBeCloseTo(1, 0);
  // the GPU's own work is no line that could stand still
  expect(pace.at(60_000).silentMs).toBeUndefined();
  pace.forget();
  expect(pace.at(61_000)).toEqual(NO_PACE);
});

test("what is read without a total has a speed, and no time left", () => {
  const pace = new LoadPace();
  const reading = (done: number) => ({ stage: "reading", done, total: 0, part: "files" }) as const;
  for (let ms = 0; ms <= 5000; ms += 200) pace.after(reading(ms), ms);
  expect(pace.at(5000)).toMatchObject({ leftMs: undefined, silentMs: undefined });
  expect(pace.at(5000).bytesPerSecond).toBeCloseTo(1000, -2);
});
