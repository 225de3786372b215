import { expect, test } from "vitest";
import { chainDistribution, shownTokens } from "./chain-distribution.ts";

const before = [
  { text: "8", probability: 0.9 },
  { text: "7", probability: 0.06 },
  { text: "9", probability: 0.02 },
];
const after = [
  { text: "6", probability: 0.5 },
  { text: "7", probability: 0.3 },
];

test("the target comes first and has its own probability where it is no longer among the first", () => {
  const tokens = shownTokens(before, after, { text: "8", before: Math.log(0.9), after: Math.log(0.004) }, 3);
  expect(tokens.map(({ text, isTarget }) => [text, isTarget])).toEqual([
    ["8", true],
    ["6", false],
    ["7", false],
  ]);
  expect(tokens[0]!.before).toBeCloseTo(0.9, 12);
  expect(tokens[0]!.after).toBeCloseTo(0.004, 12);
  // nobody said what 6 had before: it is not 0
  expect(tokens[1]).toEqual({ text: "6", isTarget: false, before: undefined, after: 0.5 });
});

test("a full bar is probability 1, and what is not known has none", () => {
  const box = { x: 10, y: 20, width: 196, height: 100 };
  const { rows, barX, numberX } = chainDistribution(box, [{ text: "6", isTarget: false, before: 1, after: undefined }]);
  expect([barX, numberX]).toEqual([56, 202]);
  expect(rows).toEqual([{ text: "6", isTarget: false, before: 1, after: undefined, y: 60, beforePx: 100, afterPx: 0 }]);
});
