import type { ExperimentResult } from "#protocol/experiments.ts";

const share = { value: 0.123, low: 0.1, high: 0.2 };
const effect = {
  accuracy: 0.1,
  drop: share,
  relative: share,
  change: share,
  selectivity: share,
  otherHeads: { mean: 0, spread: 0 },
};

/** Numbers that nobody computed, of a model that nobody has, in the form of a result. */
export const FORGED: Extract<ExperimentResult, { readonly kind: "heads" }> = {
  kind: "heads",
  request: {
    kind: "heads",
    suite: { kind: "pasted", text: "3+5=,8" },
    seed: 1,
    onlyCorrect: false,
    per: "token",
  },
  suite: { cases: 1, groups: [], examples: [], answerTokens: 1, duplicates: 0, complaints: [] },
  found: {
    groups: [{ name: "+", cases: 1, scored: 1, correct: 1, accuracy: share, logProbability: share }],
    all: { accuracy: share, logProbability: share },
    heads: [{ at: { layer: 0, head: 0 }, effects: [effect], all: effect }],
  },
  steps: 1,
  stepsInAll: 1,
};

/** The same as a file. */
export const FORGED_FILE = {
  finding: { model: "abacus" },
  link: "https://example.org/",
  model: { name: "llama-7b", source: { kind: "hub", name: "evil/llama", revision: "f".repeat(40) }, dtype: "q8" },
  unit: "nats",
  experiment: FORGED,
};
