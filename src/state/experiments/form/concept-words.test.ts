import "#state/experiments/behind-door.ts";
import { afterEach, describe, expect, test } from "vitest";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { verifyExperiment, experimentClaims } from "../claims.ts";
import { offerConceptWords, wordsOf } from "./concept-words.ts";
import { readResultFile } from "../result-file.ts";

describe("the words of the concepts", () => {
  afterEach(() => offerConceptWords([]));

  test("are those of the page until others are typed", () => {
    offerConceptWords(["three", "+"]);
    expect(wordsOf({ words: "" })).toEqual(["three", "+"]);
    expect(wordsOf({ words: " \n" })).toEqual(["three", "+"]);
    expect(wordsOf({ words: "drei\n 3  three" })).toEqual(["drei", "3", "three"]);
  });

  test("are none where there is no list and nothing is typed", () => {
    expect(wordsOf({ words: "" })).toEqual([]);
  });
});

const estimate = (value: number) => ({ value, low: Number.NaN, high: Number.NaN });
const set = (reading: "transformed" | "untransformed", loss: number) => ({
  reading,
  atLeast: 3,
  neurons: 2,
  loss: estimate(loss),
  nats: estimate(1),
  randomLoss: estimate(0),
  randomNats: estimate(0),
  isDisjoint: true,
});
const result = {
  kind: "concepts",
  request: {
    kind: "concepts",
    suite: { kind: "pasted", text: "3+5=,8" },
    words: ["three"],
    thresholds: [3],
    draws: 1,
    onlyCorrect: false,
    seed: 1,
  },
  suite: { cases: 1, groups: [], examples: [], answerTokens: 1, duplicates: 0, complaints: [] },
  found: {
    tokens: 1,
    correct: 1,
    accuracy: estimate(1),
    sets: [set("transformed", 0.5), set("untransformed", Number.NaN)],
    concepts: 1,
    notTokens: [],
    belowLayer: 3,
    lastAttention: 3,
    searched: 1536,
    layersSearched: 3,
    depth: 50,
    byChance: 0.04,
    examples: [],
  },
  steps: 4,
  stepsInAll: 4,
} as const satisfies ExperimentResult;

describe("a result about concept neurons", () => {
  test("claims what each set costs, and is held to it", () => {
    expect(experimentClaims(result)).toEqual([
      { name: "accuracy", value: 1 },
      { name: "transformed 3", value: 0.5 },
    ]);
    expect(verifyExperiment([{ name: "transformed 3", value: 0.502 }], result, [])).toMatchObject({
      verdict: "reproduced",
    });
    expect(verifyExperiment([{ name: "transformed 3", value: 0.4 }], result, [])).toMatchObject({ verdict: "differs" });
  });

  test("opens from its file as it was, and not without its sets", () => {
    expect(readResultFile(JSON.stringify({ experiment: result })).result).toEqual(result);
    const broken = { ...result, found: { ...result.found, sets: undefined } };
    expect(() => readResultFile(JSON.stringify({ experiment: broken }))).toThrow("its experiment is not whole");
  });
});
