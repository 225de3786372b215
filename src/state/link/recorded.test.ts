import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import golden from "#test/golden/abacus.json" with { type: "json" };
import type { RecordedFinding } from "./recorded.ts";

const recorded = JSON.parse(readFileSync("public/findings/abacus-3plus5.json", "utf8")) as RecordedFinding;
const anchor = golden.cases[0]!;

test("the finding shipped with the page has the independent implementation's numbers", () => {
  expect(recorded.before.tokens.map((token) => token.id)).toEqual(anchor.ids);
  expect(recorded.sweep.target).toBe(anchor.target);
  expect(recorded.sweep.baseline).toBeCloseTo(anchor.logprob, 6);
  expect(recorded.before.target.logProbability).toBeCloseTo(anchor.logprob, 6);
  recorded.sweep.logProbability.forEach((row, layer) =>
    row.forEach((value, head) => {
      expect(value).toBeCloseTo(anchor.head_logprob_after_ablation[layer]![head]!, 5);
    }),
  );
});
