import { describe, expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import { Fault } from "#core/fault.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { readArguments } from "#protocol/call.ts";
import { CALL_NAMES, entryOf } from "#protocol/calls.ts";
import type { Asked } from "#protocol/calls.ts";
import type { AdapterInfo, ModelInfo } from "#protocol/engine.ts";
import { installScriptingSurface } from "./scripting.ts";
import type { ScriptingSurface } from "./scripting.ts";

const info = { name: "abacus", layers: 6, heads: 8 } as ModelInfo;
const bundled: CheckpointSource = { kind: "url", base: "https://here.org/models/abacus/" };
const lora = { name: "my-lora", ranks: [8], layers: [0, 1] } as unknown as AdapterInfo;

/** An engine that reads what it is asked as the worker does, remembers it, and answers with its name. */
function scripted(settled: () => Promise<void> | undefined = () => undefined) {
  const asked: unknown[][] = [];
  const answer =
    <Result>(name: string, result: Result) =>
    (...args: unknown[]) => {
      asked.push([name, ...args]);
      return Promise.resolve(result);
    };
  const calls = CALL_NAMES.map((name) => [
    name,
    async (...args: unknown[]) => answer(name, { name })(...readArguments(name, entryOf(name), args)),
  ]);
  const engine = {
    ...(Object.fromEntries(calls) as { predict: (...args: unknown[]) => Promise<unknown> }),
    tokenize: (text: string) => Promise.resolve({ ids: [1, 7, -1], texts: ["<s>", ...text], added: [0], unknown: [] }),
  };
  const load = (source: CheckpointSource, options: Asked<"load">) => answer("load", info)(source, options);
  const host: { arithmoscope?: ScriptingSurface } = {};
  installScriptingSurface(
    {
      engine: engine as unknown as Engine,
      settled,
      load,
      attach: answer("attach", lora),
      detach: answer("detach", undefined),
      bundled,
      readSuite: () => Promise.resolve(undefined),
      pageAddress: "https://here.org/app/index.html#p=3",
    },
    host,
  );
  return { surface: host.arithmoscope!, asked, engine };
}

describe("load", () => {
  test.each([
    ["the bundled model", { kind: "bundled" }, bundled],
    ["a Hub repository", { kind: "hub", repo: "owner/name" }, { kind: "hub", repo: "owner/name" }],
    [
      "a pull request of one",
      { kind: "hub", repo: "owner/name", revision: "refs/pr/1" },
      { kind: "hub", repo: "owner/name", revision: "refs/pr/1" },
    ],
    [
      "a gated repository of another Hub",
      { kind: "hub", repo: "owner/name", hub: "http://localhost:4000/", token: "hf_secret" },
      { kind: "hub", repo: "owner/name", hub: "http://localhost:4000", token: "hf_secret" },
    ],
    ["an address, completed", { kind: "url", base: "https://a.org/m" }, { kind: "url", base: "https://a.org/m/" }],
    [
      "an address beside the page",
      { kind: "url", base: "../models/m/" },
      { kind: "url", base: "https://here.org/models/m/" },
    ],
  ] as const)("takes %s", async (_, source, expected) => {
    const { surface, asked } = scripted();
    await expect(surface.load(source, { dtype: "q4", backend: "wasm" })).resolves.toBe(info);
    expect(asked).toEqual([["load", expected, { dtype: "q4", backend: "wasm" }]]);
  });

  test("takes files from the reader's disk", async () => {
    const { surface, asked } = scripted();
    const files = [new File(["{}"], "config.json")];
    await surface.load({ kind: "files", files });
    expect(asked).toEqual([["load", { kind: "files", files }, {}]]);
  });
});

test("what is asked while a model loads is sent once it is there, and a load at once", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { surface, asked } = scripted(() => promise);
  const answer = surface.predict("3+5=");
  await surface.load({ kind: "bundled" });
  expect(asked).toEqual([["load", bundled, {}]]);
  resolve();
  await answer;
  expect(asked.at(-1)).toEqual(["predict", "3+5=", { top: 10 }]);
});

test("what is asked before another model is loaded in the same breath is asked of the one that is there", async () => {
  const { surface, asked } = scripted();
  await Promise.all([surface.predict("3+5="), surface.load({ kind: "bundled" }), surface.predict("4+5=")]);
  expect(asked.map(([name, what]) => [name, what])).toEqual([
    ["predict", "3+5="],
    ["load", bundled],
    ["predict", "4+5="],
  ]);
});

describe("adapters", () => {
  const address = { kind: "url", base: "https://a.org/lora/" } as const;

  test("one is loaded with a model, attached to it, and left", async () => {
    const { surface, asked } = scripted();
    await surface.load({ kind: "bundled" }, { adapter: { kind: "url", base: "https://a.org/lora" } });
    await expect(surface.attachAdapter({ kind: "url", base: "https://a.org/lora" })).resolves.toBe(lora);
    await surface.detachAdapter();
    expect(asked).toEqual([["load", bundled, { adapter: address }], ["attach", address], ["detach"]]);
  });

  test("every question passes its variant on", async () => {
    const { surface, asked } = scripted();
    const variant = "adapted";
    await surface.predict("3+", { variant });
    await surface.generate("3+", { tokens: 1, variant });
    await surface.sweepHeads("3+", { variant });
    await surface.layerIncrease("3+", { variant });
    await surface.topNeurons("3+", { count: 3, variant });
    await surface.compareNeurons("3+", { count: 3, against: { variant } });
    await surface.neuron("L4N425", { variant });
    await surface.scoreAnswer("3+", { answer: "5", variant });
    expect(asked).toEqual([
      ["predict", "3+", { variant, top: 10 }],
      ["generate", "3+", { tokens: 1, variant }],
      ["sweepHeads", "3+", { variant }],
      ["layerIncrease", "3+", { variant }],
      ["topNeurons", "3+", { count: 3, variant }],
      ["compareNeurons", "3+", { count: 3, against: { variant } }],
      ["neuron", { layer: 4, neuron: 425 }, { variant, count: 10 }],
      ["scoreAnswer", "3+", { answer: "5", variant }],
    ]);
  });
});

describe("questions", () => {
  test("tokenize gives ids and texts, the BOS with them", async () => {
    await expect(scripted().surface.tokenize("3+")).resolves.toEqual({ ids: [1, 7, -1], texts: ["<s>", "3", "+"] });
  });

  test("every call that asks the model goes to the engine as it is, and what follows its arguments does not", async () => {
    const { surface, asked } = scripted();
    const interventions = [{ head: "L0H7" }];
    const untyped = surface as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    await expect(untyped["compareNeurons"]!("3+5=", { interventions, count: 3 }, { signal: 1 })).resolves.toEqual({
      name: "compareNeurons",
    });
    await surface.buildIndex();
    await surface.searchNeurons("8", { by: "rank" });
    const off = [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0 }];
    expect(asked).toEqual([
      ["compareNeurons", "3+5=", { interventions: off, count: 3 }],
      ["buildIndex", {}],
      ["searchNeurons", "8", { by: "rank", count: 20, end: "promotes" }],
    ]);
  });

  test("a script has every call but those of the page's own loading", () => {
    const own = [
      "inspectCheckpoint",
      "storedModels",
      "deleteStored",
      "pauseLoading",
      "forgetExperiment",
      // a file that a link names is read at a press alone
      "readNamedFile",
    ];
    const apart = ["outlineExperiment", "runStep", "gatherParts"];
    expect(Object.keys(scripted().surface).sort()).toEqual(
      CALL_NAMES.filter((name) => ![...own, ...apart].includes(name)).sort(),
    );
  });
});

describe("a bad argument", () => {
  test.each<[string, string, unknown[], string]>([
    ["no source", "load", [], 'load: source is missing; it needs to be as { kind: "hub", repo: "owner/name" }'],
    ["a source of no kind", "load", [{ kind: "disk" }], "load: source.kind is “disk”; it needs to be one of"],
    [
      "a Hub that is no address",
      "load",
      [{ kind: "hub", repo: "a/b", hub: "localhost:4000" }],
      "load: source.hub is “localhost:4000”; it needs to be the http(s) address of another Hub",
    ],
    [
      "a script for an address",
      "load",
      [{ kind: "url", base: "javascript:0" }],
      "load: source.base is “javascript:0/”; it needs to be the http(s) address of a folder",
    ],
    [
      "no files",
      "load",
      [{ kind: "files", files: [] }],
      "load: source.files is an array of 0; it needs to be the File",
    ],
    ["what is stored", "load", [{ kind: "stored", id: "m" }], "load: source.kind is “stored”; it needs to be one of"],
    ["an unknown precision", "load", [{ kind: "bundled" }, { dtype: "f16" }], "dtype is “f16”; it needs to be one of"],
    [
      "an unknown option",
      "load",
      [{ kind: "bundled" }, { type: "q8" }],
      "load: there is no option “type”; it takes dtype",
    ],
    [
      "the model of the page as an adapter",
      "attachAdapter",
      [{ kind: "bundled" }],
      "source is the bundled model, which is no",
    ],
    ["no prompt", "predict", [], "predict: prompt is missing; it needs to be a text or an array of token ids"],
  ])("is refused: %s", async (_, call, args, message) => {
    const untyped = scripted().surface as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const reason: unknown = await untyped[call]!(...args).catch((thrown: unknown) => thrown);
    expect(reason).toBeInstanceOf(Error);
    expect(reason).toMatchObject({ code: "bad-request" });
    expect((reason as Error).message).toContain(message);
  });
});

describe("a failure of the engine", () => {
  test("keeps its code", async () => {
    const { surface, engine } = scripted();
    engine.predict = () => Promise.reject(new Fault("prompt-too-long", "prompt: 70 tokens, the model reads 64"));
    await expect(surface.predict("3+5=")).rejects.toMatchObject({ code: "prompt-too-long" });
  });

  test("that nobody foresaw gets one, and names the call", async () => {
    const { surface, engine } = scripted();
    engine.predict = () => Promise.reject(new TypeError("undefined is not a function"));
    await expect(surface.predict("3+5=")).rejects.toMatchObject({
      code: "internal",
      message: "predict: undefined is not a function",
    });
  });
});
