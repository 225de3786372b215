import { expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import type { SuiteDefinition } from "#protocol/experiments.ts";
import { experimentSurface } from "./experiment-scripting.ts";

const NAMES = ["abacus-1d", "abacus-2d", "controls", "gender-paper"];
const definition = (name: string): SuiteDefinition => ({ name, title: "", about: "" });

/** A fake engine that remembers what it was asked, beside suites that have nothing but their names. */
function scripted() {
  const asked: unknown[] = [];
  const engine = {
    planExperiment: (request: unknown) => Promise.resolve(asked.push(request)),
    runExperiment: (request: unknown) => Promise.resolve(asked.push(request)),
  };
  const read = (name: string) => Promise.resolve(NAMES.includes(name) ? definition(name) : undefined);
  return { surface: experimentSurface(engine as unknown as Engine, read, "https://page.example/app/"), asked };
}

const source = (name: string, count?: number) => ({
  kind: "definition",
  definition: definition(name),
  seed: 1,
  ...(count !== undefined && { count }),
});

test("asks the engine as it is asked, with what is left out filled in", async () => {
  const { surface, asked } = scripted();
  await surface.planExperiment({ kind: "neurons", suite: "abacus-2d", head: "L0H7", counts: [3] });
  await surface.runExperiment({ kind: "bias", suite: "gender-paper", scale: 0.5, controls: [{ text: "3+5=,8" }] });
  await surface.runExperiment({ kind: "bias", suite: "gender-paper", count: 4, counts: [18], draws: 1 });
  await surface.runExperiment({ kind: "pruning", suite: "abacus-2d", count: 7, foundOn: "abacus-1d", head: "0.7" });
  await surface.runExperiment({
    kind: "pruning",
    suite: { text: "3+5=,8" },
    controls: [],
    fromLayer: 2,
    per: "answer",
  });
  const folder = Object.defineProperty(new File(["{}"], "adapter_config.json"), "webkitRelativePath", {
    value: "mine/adapter_config.json",
  });
  await surface.runExperiment({
    kind: "adapters",
    suite: "abacus-2d",
    adapters: [
      { kind: "url", base: "adapters/layer-3" },
      { kind: "hub", repo: "someone/lora", revision: "v2" },
      { kind: "files", files: [folder] },
    ],
    onlyCorrect: true,
  });
  expect(asked).toEqual([
    {
      kind: "neurons",
      suite: source("abacus-2d"),
      seed: 1,
      onlyCorrect: false,
      head: { layer: 0, head: 7 },
      counts: [3],
      draws: 3,
    },
    {
      kind: "bias",
      suite: source("gender-paper"),
      seed: 1,
      draws: 3,
      counts: [1, 5, 10, 18, 30, 50, 100],
      scale: 0.5,
      controls: [{ kind: "pasted", text: "3+5=,8" }],
    },
    {
      kind: "bias",
      suite: source("gender-paper", 4),
      seed: 1,
      draws: 1,
      counts: [18],
      scale: 0,
      controls: [source("controls", 25), source("abacus-1d", 25)],
    },
    {
      kind: "pruning",
      suite: source("abacus-2d", 7),
      seed: 1,
      onlyCorrect: false,
      draws: 3,
      per: "token",
      counts: [0, 1, 2, 5, 10, 20, 50, 100],
      foundOn: source("abacus-1d", 7),
      controls: [source("controls", 25)],
      head: { layer: 0, head: 7 },
    },
    {
      kind: "pruning",
      suite: { kind: "pasted", text: "3+5=,8" },
      seed: 1,
      onlyCorrect: false,
      draws: 3,
      per: "answer",
      counts: [0, 1, 2, 5, 10, 20, 50, 100],
      foundOn: { kind: "pasted", text: "3+5=,8" },
      controls: [],
      fromLayer: 2,
    },
    {
      kind: "adapters",
      suite: source("abacus-2d"),
      seed: 1,
      onlyCorrect: true,
      draws: 3,
      per: "token",
      counts: [10, 20, 30, 50],
      adapters: [
        { name: "layer-3", source: { kind: "url", base: "https://page.example/app/adapters/layer-3/" } },
        { name: "someone/lora@v2", source: { kind: "hub", repo: "someone/lora", revision: "v2" } },
        { name: "mine", source: { kind: "files", files: [folder], paths: ["mine/adapter_config.json"] } },
      ],
    },
  ]);
});

test.each([
  [{ kind: "tea", suite: "abacus-2d" }, "kind"],
  [{ kind: "bias", suite: "nothing" }, "suite is “nothing”"],
  [{ kind: "bias", suite: "gender-paper", scale: "0" }, "scale is “0”; it needs to be a number"],
  [
    { kind: "bias", suite: "gender-paper", controls: "controls" },
    "controls is “controls”; it needs to be an array of suites",
  ],
  [{ kind: "pruning", suite: "abacus-2d", fromLayer: -1 }, "fromLayer is -1; it needs to be a whole number from 0"],
  [{ kind: "pruning", suite: "abacus-2d", foundOn: 3 }, "suite is 3"],
  [{ kind: "adapters", suite: "abacus-2d" }, "adapters is missing; it needs to be an array"],
  [{ kind: "adapters", suite: "abacus-2d", adapters: [] }, "adapters is an array of 0; it needs to be an array"],
  [{ kind: "adapters", suite: "abacus-2d", adapters: [{ kind: "bundled" }] }, "the bundled model, which is no adapter"],
  [{ kind: "pruning", suite: "abacus-2d", head: 7 }, 'head is 7; it needs to be as "L0H7"'],
])("%o is refused with what is wrong", async (options, message) => {
  await expect(scripted().surface.runExperiment(options as never)).rejects.toThrow(message);
});
