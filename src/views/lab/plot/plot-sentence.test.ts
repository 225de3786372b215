import { expect, test } from "vitest";
import { figures } from "#charts/number-format.ts";
import type { DrawnPlot } from "#state/lab/tools.ts";
import { cellsOf, plotSentence } from "./plot-sentence.ts";

const DIGITS = { from: 0, to: 3 };

function plot(valueOf: (a: number, b: number) => number, isWhole = true): DrawnPlot {
  const grid = <T>(of: (a: number, b: number) => T) => [0, 1, 2, 3].map((a) => [0, 1, 2, 3].map((b) => of(a, b)));
  return {
    asked: { template: "{a}+{b}=", operation: "+", a: DIGITS, b: DIGITS, quantity: { kind: "probability" } },
    values: grid(valueOf),
    whole: isWhole
      ? { values: grid(valueOf), answers: grid((a, b) => String(a + b)), unanswered: 0, lengths: [5] }
      : undefined,
  };
}

test("names what the plot depends on, and its ends", () => {
  expect(
    plotSentence(
      plot((a, b) => (a + b === 3 ? 9 : 0)),
      figures,
    ),
  ).toBe(
    "The answer explains 100.0\u202f% of the variation; farthest from the rest is the answer 3, on average 9.00 against 0 elsewhere. " +
      "From 0 at a = 0, b = 0 to 9.00 at a = 0, b = 3.",
  );
  expect(
    plotSentence(
      plot((_, b) => b % 2),
      figures,
    ),
  ).toContain("Whether b is even or odd explains 100.0\u202f%");
});

test.each([
  ["logProbability", true, "on geometric average 30.0 % against 10.0 % elsewhere"],
  ["head", true, "on geometric average 30.0 % against 10.0 % elsewhere"],
  ["probability", true, "on average 30.0 % against 10.0 % elsewhere"],
  ["logProbability", false, "on average 30.0 % against 10.0 % elsewhere"],
] as const)("a mean of %s that is written without nats (%s) is a geometric one", (kind, isPlain, mean) => {
  const drawn = plot((a, b) => Math.log(a + b === 3 ? 0.3 : 0.1));
  const quantity = kind === "head" ? { kind, at: { layer: 0, head: 7 } } : { kind };
  const text = (value: number) => `${(100 * Math.exp(value)).toFixed(1)} %`;
  expect(plotSentence({ ...drawn, asked: { ...drawn.asked, quantity } }, text, isPlain)).toContain(mean);
});

test("says so where nothing alone explains it, and only the range while it is being drawn", () => {
  const noise = (a: number, b: number) => [0, 3, 1, 2, 1, 0, 3, 2, 3, 2, 0, 1, 0, 1, 2, 3][4 * a + b]!;
  expect(plotSentence(plot(noise), figures)).toMatch(
    /^Neither an operand nor the answer alone explains much of it\. From 0 /,
  );
  expect(plotSentence(plot(noise, false), figures)).toMatch(/^From 0 .*\.$/);
});

test("a plot without a number says why", () => {
  expect(
    plotSentence(
      plot(() => Number.NaN),
      figures,
    ),
  ).toBe("No pair of these operands has a whole answer to measure.");
});

test("a cell knows its answer once the plot is whole", () => {
  expect(cellsOf(plot(() => 1))[7]).toEqual({ a: 1, b: 3, answer: 4, token: "4", value: 1 });
  expect(cellsOf(plot(() => 1, false))[7]!.answer).toBeUndefined();
});
