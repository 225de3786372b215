import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Silence } from "./silence.ts";

const MINUTE = 60_000;
let isStarting: boolean;
let told: (number | undefined)[];
let silence: Silence;

beforeEach(() => {
  vi.useFakeTimers();
  isStarting = false;
  told = [];
  silence = new Silence(
    () => isStarting,
    (ms) => told.push(ms),
  );
});

afterEach(() => {
  silence.end();
  vi.useRealTimers();
});

test("a minute without a sign is told once, at once and not before", () => {
  silence.begin();
  vi.advanceTimersByTime(MINUTE - 1);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([MINUTE]);
  vi.advanceTimersByTime(10 * MINUTE);
  expect(told).toEqual([MINUTE]);
});

test("work that gives a sign now and then may take for ever", () => {
  silence.begin();
  for (let sign = 0; sign < 100; sign++) {
    vi.advanceTimersByTime(MINUTE - 1_000);
    silence.sign();
  }
  expect(told).toEqual([]);
});

test("what sets up sessions or compiles shaders has three minutes", () => {
  isStarting = true;
  silence.begin();
  vi.advanceTimersByTime(3 * MINUTE - 1_000);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([3 * MINUTE]);
});

test("a late sign takes it back, and the next silence is told again", () => {
  silence.begin();
  vi.advanceTimersByTime(MINUTE);
  silence.sign();
  expect(told).toEqual([MINUTE, undefined]);
  vi.advanceTimersByTime(MINUTE);
  expect(told).toEqual([MINUTE, undefined, MINUTE]);
});

test("asking more does not begin the time anew", () => {
  silence.begin();
  for (let question = 0; question < 6; question++) {
    vi.advanceTimersByTime(10_000);
    silence.begin();
  }
  expect(told).toEqual([MINUTE]);
});

test("where nothing is waited for nothing is told, and what was told is taken back", () => {
  vi.advanceTimersByTime(10 * MINUTE);
  silence.begin();
  vi.advanceTimersByTime(MINUTE);
  silence.end();
  expect(told).toEqual([MINUTE, undefined]);
  vi.advanceTimersByTime(10 * MINUTE);
  silence.begin();
  vi.advanceTimersByTime(MINUTE - 1_000);
  expect(told).toEqual([MINUTE, undefined]);
});

test("a page that slept counts what it was awake: its worker slept as well", () => {
  let now = 0;
  const ticks: (() => void)[] = [];
  const interval = vi
    .spyOn(globalThis, "setInterval")
    .mockImplementation(((tick: () => void) => ticks.push(tick)) as never);
  vi.spyOn(performance, "now").mockImplementation(() => now);
  silence.begin();
  now += 60 * MINUTE;
  ticks[0]!();
  expect(told).toEqual([]);
  interval.mockRestore();
});
