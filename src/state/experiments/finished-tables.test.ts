import { afterEach, expect, test } from "vitest";
import type { Ablation, ExperimentResult } from "#protocol/experiments.ts";
import { finishedTables, forgetTables, keepTable, tablesLike } from "./finished-tables.ts";

type HeadsResult = Extract<ExperimentResult, { readonly kind: "heads" }>;

const estimate = { value: 1, low: 1, high: 1 };
const table = (change: { ablation?: Ablation; seed?: number; steps?: number } = {}): HeadsResult => ({
  kind: "heads",
  request: {
    ...(change.ablation && { ablation: change.ablation }),
    kind: "heads",
    suite: { kind: "pasted", text: "3+5=,8" },
    per: "token",
    onlyCorrect: false,
    seed: change.seed ?? 1,
  },
  suite: { cases: 1, groups: [], examples: [], answerTokens: 1, duplicates: 0, complaints: [] },
  found: { groups: [], all: { accuracy: estimate, logProbability: estimate }, heads: [] },
  steps: change.steps ?? 1,
  stepsInAll: 1,
});

const ablations = (list: readonly HeadsResult[]) => list.map(({ request }) => request.ablation);
afterEach(forgetTables);

test("tables of one question are found by what takes the place of a head, in one order", () => {
  [table({ ablation: "resample" }), table({ seed: 2 }), table(), table({ ablation: "mean", seed: 2 })].forEach(
    keepTable,
  );
  const { list } = finishedTables.getState();
  expect(ablations(tablesLike(table(), list))).toEqual([undefined, "resample"]);
  expect(ablations(tablesLike(table({ seed: 2 }), list))).toEqual([undefined, "mean"]);
});

test("a table that is not whole is not kept, the same one once, and no more than can be compared", () => {
  keepTable(table({ steps: 0 }));
  expect(finishedTables.getState().list).toEqual([]);
  keepTable(table());
  keepTable(table());
  expect(finishedTables.getState().list).toHaveLength(1);
  for (let seed = 2; seed < 40; seed++) keepTable(table({ seed }));
  expect(finishedTables.getState().list).toHaveLength(12);
  forgetTables();
  expect(finishedTables.getState().list).toEqual([]);
});
