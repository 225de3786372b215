import { describe, expect, test } from "vitest";
import { plannedTimeLeft } from "./planned-time-left.ts";

describe("a planned run", () => {
  test("says what the plan says from the beginning, and counts it down", () => {
    const left = plannedTimeLeft(12_000, 1000);
    expect(left(0, 24, 1000)).toBe(12_000);
    expect(left(0, 24, 3500)).toBe(9500);
  });

  test("goes by its own pace from the second report on, from where an earlier run ended", () => {
    const left = plannedTimeLeft(12_000, 0);
    expect(left(10, 30, 1000)).toBe(11_000);
    // 5 steps in 5 s leave 15 for 15 s
    expect(left(15, 30, 6000)).toBe(15_000);
  });

  test("says nothing rather than that no time is left, where the plan was wrong", () => {
    const left = plannedTimeLeft(2000, 0);
    expect(left(0, 8, 2000)).toBeUndefined();
    expect(left(2, 8, 10_000)).toBe(24_000);
    expect(plannedTimeLeft(undefined, 0)(0, 8, 1000)).toBeUndefined();
  });
});
