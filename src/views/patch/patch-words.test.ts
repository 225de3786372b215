import { expect, test } from "vitest";
import type { DrawnPatch } from "#state/lab/tools.ts";
import { DEFAULT_PATCH } from "#state/link/finding.ts";
import { claimsText, patchSentence } from "./patch-words.ts";

/** One head of two, patched between runs of 6 and −2; the other does nothing. */
function drawn(direction: "denoise" | "noise", raw: number): DrawnPatch {
  const nothing = direction === "denoise" ? -2 : 6;
  return {
    asked: { ...DEFAULT_PATCH, corrupted: "9+", site: "z", direction },
    prompt: "9-",
    isWhole: true,
    map: {
      site: "z",
      direction,
      metric: "logitDifference",
      answers: [
        { id: 5, text: "5" },
        { id: 13, text: "13" },
      ],
      clean: 6,
      corrupted: -2,
      raw: [[nothing, raw]],
      values: [[(nothing + 2) / 8, (raw + 2) / 8]],
      tokens: { clean: [], corrupted: [] },
      forwards: 3,
    },
  };
}

test.each([
  [
    "denoise",
    5,
    "Put into the corrupted prompt, L0H1 of the clean one moves it most: 0.88 of the way to the clean answer.",
  ],
  ["denoise", -4, "L0H1 of the clean one moves it most: 0.25 of the way away from the clean answer."],
  ["noise", 0, "Put into the clean prompt, L0H1 of the corrupted one moves it most: 0.25 of the clean answer is left."],
] as const)("by %s to %d: %s", (direction, raw, says) => {
  expect(patchSentence(drawn(direction, raw))).toContain(says);
});

test.each([
  [[5], "0.88 of the way to the clean answer."],
  [[5, 5.01], "0.88 of the way to the clean answer. 1 other patch comes to the same two decimals."],
  // away by as much is another thing
  [[6, 6, 6, -10], "1.00 of the way to the clean answer. 2 other patches come to the same two decimals."],
])("of %j it says how many move it as much", (raws, says) => {
  const one = drawn("denoise", raws[0]!);
  const raw = [[-2, ...raws]];
  const values = raw.map((row) => row.map((each) => (each + 2) / 8));
  expect(patchSentence({ ...one, map: { ...one.map, raw, values } }).replace(/^.*most: /, "")).toBe(says);
});

test.each([
  [
    "logitDifference",
    Math.LN2,
    "the metric is 0.69 logits",
    "the right answer is 2.0 times more likely than the wrong one",
  ],
  [
    "logitDifference",
    -Math.LN2,
    "the metric is −0.69 logits",
    "the right answer is 2.0 times less likely than the wrong one",
  ],
  ["logProbability", -Math.LN2, "the metric is −0.69 nats", "the right answer has 50.0\u202f%"],
  ["probability", 0.25, "the metric is 25.0\u202f%", "the right answer has 25.0\u202f%"],
] as const)("a link's claim of the %s %d has its unit, or none in plain words", (metric, value, full, plain) => {
  const claimed = [{ name: "L2P4", value }];
  expect(claimsText(metric, claimed, false)).toBe(`The link says: ${full} for L2 at position 4 patched.`);
  expect(claimsText(metric, claimed, true)).toBe(`The link says: ${plain} for L2 at position 4 patched.`);
});
