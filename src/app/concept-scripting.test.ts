import { expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import type { ExperimentRequest } from "#protocol/experiments.ts";
import { experimentSurface } from "./experiment-scripting.ts";

/** A fake engine that remembers what it was asked. */
function scripted() {
  const asked: ExperimentRequest[] = [];
  const engine = {
    runExperiment(request: ExperimentRequest) {
      asked.push(request);
      return Promise.resolve({});
    },
  };
  return {
    surface: experimentSurface(engine as unknown as Engine, () => Promise.resolve(undefined), "https://page.example/"),
    asked,
  };
}

/** A script is not type-checked. */
const untyped = () => scripted().surface as unknown as Record<string, (options: unknown) => Promise<unknown>>;

const suite = { text: "3+5=,8" };
const pasted = { kind: "pasted", text: "3+5=,8" };

test("an ablation and a search for concepts are asked for as they are written, with what is left out filled in", async () => {
  const { surface, asked } = scripted();
  await surface.runExperiment({ kind: "heads", suite, ablation: "mean" });
  await surface.runExperiment({ kind: "memorise", suite });
  await surface.runExperiment({ kind: "concepts", suite, words: ["three"], ablation: "resample", seed: 4 });
  await surface.runExperiment({ kind: "concepts", suite, words: ["3"], thresholds: [2, 9], draws: 1, belowLayer: 2 });
  const counted = { suite: pasted, seed: 1, onlyCorrect: false };
  expect(asked).toEqual([
    { kind: "heads", ...counted, per: "token", ablation: "mean" },
    { kind: "memorise", ...counted, heads: {} },
    {
      ...counted,
      kind: "concepts",
      seed: 4,
      ablation: "resample",
      words: ["three"],
      thresholds: [1, 2, 3, 4, 10, 20, 30, 40],
      draws: 3,
    },
    { kind: "concepts", ...counted, words: ["3"], thresholds: [2, 9], draws: 1, belowLayer: 2 },
  ]);
});

test.each([
  ["another ablation", { ablation: "noise" }, "ablation"],
  ["words that are one text", { words: "three" }, "words is “three”; it needs to be an array of texts"],
  ["no words", { words: undefined }, "words is missing"],
  ["a threshold of nothing", { thresholds: [0] }, "thresholds.0 is 0; it needs to be a whole number from 1"],
])("refuses %s", async (_, changes, message) => {
  await expect(
    untyped()["runExperiment"]!({ kind: "concepts", suite, words: ["three"], ...changes }),
  ).rejects.toMatchObject({ code: "bad-request", message: expect.stringContaining(message) as unknown });
});
