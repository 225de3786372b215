import { expect, test } from "vitest";
import type { Subject } from "#state/subject.ts";
import { subjectOf } from "#test/subjects.ts";
import { stagesBy } from "./example-stages.ts";

const MODEL = { id: "abacus-2", name: "abacus-2", dtype: "q8" } as const;
const ABOUT = subjectOf({ model: MODEL, prompt: "95-77=" });

test("a worked example's chain has the stages of the table", () => {
  expect(stagesBy(ABOUT, "mean")).toEqual([1, 2, 3, 4]);
  expect(stagesBy(ABOUT, "zero")).toEqual([]);
});

test.each<[what: string, other: Partial<Subject>]>([
  ["in 4 bits", { model: { ...MODEL, dtype: "q4" } }],
  ["in float32", { model: { ...MODEL, dtype: "f32" } }],
  ["of the adapted model", { variant: "adapted" }],
  ["about another answer", { target: 7 }],
  ["of a head that somebody chose", { chain: { thresholds: {}, head: { layer: 3, head: 3 } } }],
  ["of another prompt", { prompt: "95-76=" }],
])("one %s is not in the table", (_what, other) => {
  expect(stagesBy({ ...ABOUT, ...other }, "mean")).toBeUndefined();
});
