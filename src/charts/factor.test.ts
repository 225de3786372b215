import { describe, expect, test } from "vitest";
import { factor, inNats, likelier, shortFactor } from "./factor.ts";

/** Worked out by hand, with p and p′: Δ = ln p′ − ln p. */
const CASES: readonly [change: number, written: string, short: string, words: string][] = [
  [0, "×1", "×1", "as likely as before"],
  [-0, "×1", "×1", "as likely as before"],
  [1e-9, "×1", "×1", "as likely as before"],
  [-1e-9, "×1", "×1", "as likely as before"],
  // the last that two decimals write as 1.00, and the first that they do not
  [Math.log(1.0049), "×1", "×1", "as likely as before"],
  [-Math.log(1.0049), "×1", "×1", "as likely as before"],
  [Math.log(1.0051), "×1.01", "×1.01", "1.01 times more likely"],
  [-Math.log(1.0051), "÷1.01", "÷1.01", "1.01 times less likely"],
  [Math.log(0.8 / 0.5), "×1.60", "×1.60", "1.60 times more likely"],
  [Math.log(0.25 / 0.5), "÷2.0", "÷2.0", "2.0 times less likely"],
  // a tie: both write 10
  [Math.log(9.95), "×10", "×10", "10 times more likely"],
  [-Math.log(10), "÷10", "÷10", "10 times less likely"],
  [Math.log(412), "×412", "×412", "412 times more likely"],
  [-Math.log(999.4), "÷999", "÷999", "999 times less likely"],
  [-Math.log(1000), "÷1,000", "÷1.0k", "1,000 times less likely"],
  [-7.58, "÷1,960", "÷2.0k", "1,960 times less likely"],
  [Math.log(23_456), "×23,500", "×23k", "23,500 times more likely"],
  [-Math.log(1.2e6), "÷1,200,000", "÷1.2M", "1,200,000 times less likely"],
  [Math.log(9.994e6), "×9,990,000", "×10M", "9,990,000 times more likely"],
  [Math.log(4e7), "×4·10⁷", "×40M", "4·10⁷ times more likely"],
  [-Math.log(9.7e8), "÷10⁹", "÷970M", "10⁹ times less likely"],
  [-Math.log(1.1e9), "÷10⁹", "÷10⁹", "10⁹ times less likely"],
  // past what a float64 holds
  [-1000, "÷2·10⁴³⁴", "÷10⁴³⁴", "2·10⁴³⁴ times less likely"],
  [1000, "×2·10⁴³⁴", "×10⁴³⁴", "2·10⁴³⁴ times more likely"],
  [Number.NaN, "·", "·", "not known yet"],
];

test.each(CASES)("a change of %d nats is %s", (change, written, short, words) => {
  expect([factor(change), shortFactor(change), likelier(change)]).toEqual([written, short, words]);
});

test("a cell’s factor has five characters at most up to what no probability in float32 passes", () => {
  for (let change = -90; change <= 90; change += 0.01) {
    expect(shortFactor(change).length).toBeLessThanOrEqual(5);
    expect(factor(change)).toMatch(/^[×÷](?:\d[\d,]*(?:\.\d+)?|(?:[2-9]·)?10[⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/);
  }
});

test("a change and its opposite are one factor in two directions", () => {
  for (let change = 0.01; change <= 90; change *= 1.01) {
    expect(factor(-change)).toBe(factor(change).replace("×", "÷"));
    expect(likelier(-change)).toBe(likelier(change).replace("more", "less"));
  }
});

describe("a number in nats", () => {
  test.each([
    ["logProbability", -0.0601, "−0.06", "94.2\u202f%"],
    ["logProbability", -8, "−8.00", "<\u202f0.1\u202f%"],
    // lost without the part: the answer becomes less likely
    ["effect", 7.58, "7.58", "÷1,960"],
    ["effect", -0.26, "−0.26", "×1.30"],
    ["effect", 0, "0.00", "×1"],
    ["gain", 0.26, "0.26", "×1.30"],
    ["increase", 0.26, "+0.26", "×1.30"],
    ["increase", -7.58, "−7.58", "÷1,960"],
    ["increase", Number.NaN, "·", "·"],
  ] as const)("%s of %d is %s, and plainly %s", (kind, value, full, plain) => {
    expect([inNats(value, kind, false), inNats(value, kind, true)]).toEqual([full, plain]);
  });
});
