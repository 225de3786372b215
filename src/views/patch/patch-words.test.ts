import { expect, test } from "vitest";
import type { DrawnPatch } from "#state/lab/tools.ts";
import { DEFAULT_PATCH } from "#state/link/finding.ts";
import { patchSentence } from "./patch-words.ts";

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
