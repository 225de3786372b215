import { expect, test } from "vitest";
import type { Subject } from "#state/subject.ts";
import { stagesBy } from "./example-stages.ts";

const ABOUT: Subject = {
  model: { id: "abacus-2", name: "abacus-2", dtype: "q8" },
  variant: "base",
  prompt: "95-77=",
  tokens: [],
  token: undefined,
  target: undefined,
  interventions: [],
};

test("a worked example's chain has the stages of the table", () => {
  expect(stagesBy(ABOUT, "mean")).toEqual([1, 2, 3, 4]);
  expect(stagesBy(ABOUT, "zero")).toEqual([]);
});

test.each<[what: string, other: Partial<Subject>]>([
  ["in 4 bits", { model: { ...ABOUT.model, dtype: "q4" } }],
  ["in float32", { model: { ...ABOUT.model, dtype: "f32" } }],
  ["of the adapted model", { variant: "adapted" }],
  ["about another answer", { target: 7 }],
  ["of a head that somebody chose", { chain: { thresholds: {}, head: { layer: 3, head: 3 } } }],
  ["of another prompt", { prompt: "95-76=" }],
])("one %s is not in the table", (_what, other) => {
  expect(stagesBy({ ...ABOUT, ...other }, "mean")).toBeUndefined();
});
