import { describe, expect, test } from "vitest";
import { factor, inNats, likelier, likelierThanOther, shortFactor } from "./factor.ts";

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
  [Math.log(4e7), "×4.0·10⁷", "×40M", "4.0·10⁷ times more likely"],
  [-Math.log(9.7e8), "÷9.7·10⁸", "÷970M", "9.7·10⁸ times less likely"],
  [-Math.log(1.1e9), "÷1.1·10⁹", "÷10⁹", "1.1·10⁹ times less likely"],
  // e^16.5 = 14,650,719
  [-16.5, "÷1.5·10⁷", "÷15M", "1.5·10⁷ times less likely"],
  // the first with a power of ten, and the carry to the next
  [Math.log(9.996e6), "×1.0·10⁷", "×10M", "1.0·10⁷ times more likely"],
  [Math.log(9.96e8), "×1.0·10⁹", "×996M", "1.0·10⁹ times more likely"],
  // a cell has the power that is nearest in the exponent: √10 = 3.162…
  [Math.log(3.14e12), "×3.1·10¹²", "×10¹²", "3.1·10¹² times more likely"],
  [Math.log(3.17e12), "×3.2·10¹²", "×10¹³", "3.2·10¹² times more likely"],
  // past what a float64 holds
  [-1000, "÷2.0·10⁴³⁴", "÷10⁴³⁴", "2.0·10⁴³⁴ times less likely"],
  [1000, "×2.0·10⁴³⁴", "×10⁴³⁴", "2.0·10⁴³⁴ times more likely"],
  // 745 / ln 10 = 323.5494, and 10^0.5494 = 3.543
  [-745, "÷3.5·10³²³", "÷10³²⁴", "3.5·10³²³ times less likely"],
  // p′ = 0, and p = 0
  [-Infinity, "÷∞", "÷∞", "impossible"],
  [Infinity, "×∞", "×∞", "infinitely more likely"],
  [Number.NaN, "·", "·", "not known yet"],
];

test.each(CASES)("a change of %d nats is %s", (change, written, short, words) => {
  expect([factor(change), shortFactor(change), likelier(change)]).toEqual([written, short, words]);
});

test.each([
  [Infinity, "infinitely more likely than 7"],
  [-Infinity, "infinitely less likely than 7"],
  [Math.log(2), "2.0 times more likely than 7"],
  [0, "as likely as 7"],
])("a difference of %d nats from 7 is %s", (change, words) => {
  expect(likelierThanOther(change, "7")).toBe(words);
});

test("a cell’s power of ten is the sentence’s figures rounded in the exponent", () => {
  const plainDigits = (text: string) => Number([...text].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit)).join(""));
  for (let change = 20.8; change < 2000; change += 0.37) {
    const [, first, power] = /^×(\d\.\d)·10(.+)$/.exec(factor(change))!;
    const inSentence = Math.log10(Number(first)) + plainDigits(power!);
    // two figures are wrong by 0.05 of 1 at most, in the exponent by log₁₀ 1.05
    expect(Math.abs(plainDigits(shortFactor(change).slice(3)) - inSentence)).toBeLessThanOrEqual(
      0.5 + Math.log10(1.05),
    );
  }
});

test("a cell’s factor has five characters at most up to what no probability in float32 passes", () => {
  for (let change = -90; change <= 90; change += 0.01) {
    expect(shortFactor(change).length).toBeLessThanOrEqual(5);
    expect(factor(change)).toMatch(/^[×÷](?:\d[\d,]*(?:\.\d+)?|\d\.\d·10[⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/);
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
