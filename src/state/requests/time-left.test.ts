import { expect, test } from "vitest";
import { timeLeft } from "./time-left.ts";

test("goes by the pace so far, and says nothing before there is one", () => {
  expect(timeLeft(0, 0, 10, 5000)).toBeUndefined();
  // 4 of 10 in 8 s leave 6 for 12 s
  expect(timeLeft(1000, 4, 10, 9000)).toBe(12_000);
});
