import { describe, expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import { Fault } from "#core/fault.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { AdapterInfo, LoadOptions, ModelInfo } from "#protocol/engine.ts";
import { installScriptingSurface } from "./scripting.ts";
import type { ScriptingSurface } from "./scripting.ts";

const eight = { id: 12, text: "8", probability: 0.9417, logProbability: -0.0601 };
const info = { name: "abacus", layers: 6, heads: 8 } as ModelInfo;
const bundled: CheckpointSource = { kind: "url", base: "https://here.org/models/abacus/" };
const lora = { name: "my-lora", ranks: [8], layers: [0, 1] } as unknown as AdapterInfo;
const row = { layer: 4, neuron: 425, increase: 0.682, activation: 22.9 };
const change = {
  layer: 4,
  neuron: 425,
  change: 0.697,
  before: 0.682,
  after: -0.016,
  activationBefore: 22.9,
  activationAfter: -0.29,
  promotes: [{ id: 12, text: "8" }],
  raw: [{ id: 12, text: "8" }],
};
const promoted = { promotes: [{ id: 12, text: "8", logit: 2.1 }], suppresses: [{ id: 11, text: "7", logit: -1.4 }] };

/** A fake engine that remembers what it was asked, and a tokenizer of single characters with a BOS. */
function scripted() {
  const asked: unknown[][] = [];
  const answer =
    <Result>(name: string, result: Result) =>
    (...args: unknown[]) => {
      asked.push([name, ...args]);
      return Promise.resolve(result);
    };
  const engine = {
    tokenize: (text: string) => {
      const characters = [...text];
      return Promise.resolve({
        ids: [1, ...characters.map((character) => character.codePointAt(0)! - 48 + 4)],
        texts: ["<s>", ...characters],
        added: [0],
        unknown: characters.filter((character) => character === "☃"),
      });
    },
    predict: answer("predict", { tokens: [{ id: 1, text: "<s>" }], top: [eight], target: { ...eight, rank: 0 } }),
    scoreAnswer: (prompt: string, options: { readonly answer: string }) => {
      // behind a prompt, this tokenizer has a token for ten
      const pieces = options.answer === "10" ? ["10"] : [...options.answer];
      const tokens = pieces.map((text) => ({ ...eight, text, id: Number(text) + 4, rank: 0 }));
      return answer("scoreAnswer", { tokens, logProbability: -0.0601, correct: true })(prompt, options);
    },
    generate: answer("generate", { ids: [12], text: "8" }),
    sweepHeads: answer("sweepHeads", { target: 12, baseline: -0.0601, logProbability: [[-7.98]] }),
    layerIncrease: answer("layerIncrease", { target: 12, attention: [0.5], ffn: [0.4] }),
    topNeurons: answer("topNeurons", { target: 12, rows: [row], evaluated: 13, total: 3072, certified: true }),
    compareNeurons: answer("compareNeurons", {
      target: 12,
      rows: [change],
      evaluated: 16,
      total: 3072,
      certified: true,
    }),
    neuron: answer("neuron", promoted),
  };
  const load = (source: CheckpointSource, options: LoadOptions) => answer("load", info)(source, options);
  const host: { arithmoscope?: ScriptingSurface } = {};
  installScriptingSurface(
    {
      engine: engine as unknown as Engine,
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

/** A script is not type-checked. */
const untyped = () => scripted().surface as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;

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
      ["predict", "3+", { variant }],
      ["generate", "3+", { tokens: 1, variant }],
      ["sweepHeads", "3+", { variant }],
      ["layerIncrease", "3+", { variant }],
      ["topNeurons", "3+", { count: 3, variant }],
      ["compareNeurons", "3+", { count: 3, against: { variant } }],
      ["neuron", { layer: 4, neuron: 425 }, { variant }],
      ["scoreAnswer", "3+", { answer: "5", variant }],
    ]);
  });

  test.each([
    [
      "attachAdapter",
      [{ kind: "bundled" }],
      'adapter: source is the bundled model, which is no adapter; it needs to be as { kind: "hub"',
    ],
    ["predict", ["3+", { variant: "tuned" }], "variant is “tuned”; it needs to be one of base, adapted"],
    ["compareNeurons", ["3+", { count: 1, against: "adapted" }], "against is “adapted”; it needs to be as"],
  ] as const)("%s says what is wrong", async (name, args, message) => {
    await expect(untyped()[name]!(...args)).rejects.toMatchObject({
      code: "bad-request",
      message: expect.stringContaining(message),
    });
  });
});

describe("questions", () => {
  test("tokenize gives ids and texts, the BOS with them", async () => {
    await expect(scripted().surface.tokenize("3+")).resolves.toEqual({ ids: [1, 7, -1], texts: ["<s>", "3", "+"] });
  });

  test("predict passes interventions, top and target on", async () => {
    const { surface, asked } = scripted();
    const interventions = [{ head: "0.7" }, { neuron: "L4N425", scale: 0.5 }];
    await expect(surface.predict("3+5=", { interventions, top: 3, target: 12 })).resolves.toEqual({
      tokens: [{ id: 1, text: "<s>" }],
      top: [eight],
      target: { ...eight, rank: 0 },
    });
    const read = [
      { kind: "head", at: { layer: 0, head: 7 }, scale: 0 },
      { kind: "neuron", at: { layer: 4, neuron: 425 }, scale: 0.5 },
    ];
    expect(asked).toEqual([["predict", "3+5=", { interventions: read, top: 3, target: 12 }]]);
  });

  test("prompts that stand in for what is off are passed on", async () => {
    const { surface, asked } = scripted();
    const standIns = ["2+4=", [1, 7]];
    await surface.sweepHeads("3+5=", { standIns });
    await surface.predict("3+5=", { interventions: [{ head: "L0H7" }], standIns });
    const interventions = [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0 }];
    expect(asked).toEqual([
      ["sweepHeads", "3+5=", { standIns }],
      ["predict", "3+5=", { interventions, standIns }],
    ]);
    await expect(untyped()["sweepHeads"]!("3+5=", { standIns: "2+4=" })).rejects.toThrow(
      "standIns are “2+4=”; they need to be an array of prompts",
    );
  });

  test("a prompt of token ids is passed on as it is", async () => {
    const { surface, asked } = scripted();
    await surface.sweepHeads([1, 7, 1004]);
    expect(asked).toEqual([["sweepHeads", [1, 7, 1004], {}]]);
  });

  test("a target may be the text of one token", async () => {
    const { surface, asked } = scripted();
    await expect(surface.sweepHeads("3+5=", { target: "8" })).resolves.toEqual({
      target: 12,
      baseline: -0.0601,
      logProbability: [[-7.98]],
    });
    expect(asked).toEqual([["sweepHeads", "3+5=", { target: 12 }]]);
  });

  test("a target may be one token behind the prompt and several by itself", async () => {
    const { surface, asked } = scripted();
    await surface.sweepHeads("3+5=", { target: "10" });
    expect(asked).toEqual([
      ["scoreAnswer", "3+5=", { answer: "10" }],
      ["sweepHeads", "3+5=", { target: 14 }],
    ]);
    await expect(surface.sweepHeads([1, 7], { target: "10" })).rejects.toThrow("target “10” is 2 tokens");
  });

  test("each gives the documented shape", async () => {
    const { surface } = scripted();
    const interventions = [{ head: "L0H7", scale: 0 }];
    await expect(surface.generate("3+5=", { tokens: 1 })).resolves.toEqual({ ids: [12], text: "8" });
    await expect(surface.scoreAnswer("3+5=", { answer: "8" })).resolves.toEqual({
      tokens: [{ ...eight, rank: 0 }],
      logProbability: -0.0601,
      correct: true,
    });
    await expect(surface.layerIncrease("3+5=")).resolves.toEqual({ attention: [0.5], ffn: [0.4] });
    await expect(surface.topNeurons("3+5=", { count: 1 })).resolves.toEqual({
      rows: [row],
      evaluated: 13,
      certified: true,
    });
    await expect(surface.compareNeurons("3+5=", { interventions, count: 1 })).resolves.toEqual({
      target: 12,
      rows: [change],
      evaluated: 16,
      certified: true,
    });
    await expect(surface.neuron({ layer: 4, neuron: 425 })).resolves.toEqual(promoted);
    await expect(surface.neuron("4_425")).resolves.toEqual(promoted);
  });
});

describe("a bad argument", () => {
  test.each<[string, string, unknown[], string]>([
    ["no source", "load", [], 'load: source is undefined; it needs to be as { kind: "bundled" }'],
    [
      "a source of no kind",
      "load",
      [{ kind: "disk" }],
      "load: kind is “disk”; it needs to be one of bundled, hub, url, files",
    ],
    [
      "a repository outside its folder",
      "load",
      [{ kind: "hub", repo: "../secret" }],
      "load: repo is “../secret”; it needs to be a repository on the Hub",
    ],
    [
      "a revision that is none",
      "load",
      [{ kind: "hub", repo: "a/b", revision: "" }],
      "load: revision is “”; it needs to be a branch, a tag or a commit",
    ],
    ["a repository without an owner", "load", [{ kind: "hub", repo: "gpt2" }], "load: repo is “gpt2”; it needs to be"],
    [
      "a token of two words, without quoting it",
      "load",
      [{ kind: "hub", repo: "a/b", token: "hf_secret hf_other" }],
      "load: token is not an access token; it needs to be a text of letters and signs without spaces",
    ],
    [
      "a Hub that is no address",
      "load",
      [{ kind: "hub", repo: "a/b", hub: "localhost:4000" }],
      "load: hub is “localhost:4000”; it needs to be the http(s) address of another Hub",
    ],
    [
      "a script for an address",
      "load",
      [{ kind: "url", base: "javascript:0" }],
      "load: base is “javascript:0”; it needs to be the http(s) address of a folder",
    ],
    [
      "no files",
      "load",
      [{ kind: "files", files: [] }],
      "load: files are an array of 0; they need to be the File objects",
    ],
    [
      "an unknown precision",
      "load",
      [{ kind: "bundled" }, { dtype: "f16" }],
      "dtype is “f16”; it needs to be one of q4, q8, f32",
    ],
    ["a text that is none", "tokenize", [8], "tokenize: text is 8; it needs to be a string"],
    ["no prompt", "predict", [], "prompt is undefined; it needs to be a text or an array of token ids"],
    [
      "a prompt of halves",
      "predict",
      [[1, 0.5]],
      "prompt is an array of 2; it needs to be a text or an array of token ids",
    ],
    [
      "options that are none",
      "predict",
      ["3+5=", 5],
      "predict: options are 5; they need to be an object with interventions, standIns, target, top",
    ],
    [
      "a misspelt option",
      "predict",
      ["3+5=", { interventons: [] }],
      "predict: there is no option “interventons”; it takes interventions, standIns, target, top",
    ],
    [
      "interventions that are no array",
      "predict",
      ["3+5=", { interventions: "L0H7" }],
      "interventions are “L0H7”; they need to be an array as",
    ],
    [
      "an intervention without a part",
      "predict",
      ["3+5=", { interventions: [{ scale: 0 }] }],
      'intervention is { scale: 0 }; it needs to be as { head: "L0H7", scale: 0 }',
    ],
    [
      "a head that is none",
      "predict",
      ["3+5=", { interventions: [{ head: "seven" }] }],
      "intervention: “seven” is not a head; write it as L17H22 or 17.22",
    ],
    [
      "a scale out of range",
      "predict",
      ["3+5=", { interventions: [{ head: "L0H7", scale: 1e9 }] }],
      "intervention: scale 1000000000 must be a number",
    ],
    ["no answer", "scoreAnswer", ["3+5=", {}], "answer is undefined; it needs to be a text or an array of token ids"],
    ["an answer that is a number", "scoreAnswer", ["3+5=", { answer: 8 }], "answer is 8; it needs to be a text or an"],
    ["no number of tokens", "generate", ["3+5="], "tokens is undefined; it needs to be a whole number from 1"],
    [
      "a target of several tokens",
      "sweepHeads",
      ["3+5=", { target: "12" }],
      "target “12” is 2 tokens: “1” (5), “2” (6); it needs to be one token, or its id; scoreAnswer takes several",
    ],
    [
      "a target of no token",
      "sweepHeads",
      ["3+5=", { target: "" }],
      "target “” is 0 tokens: none; it needs to be one token, or its id",
    ],
    [
      "a target nobody knows",
      "sweepHeads",
      ["3+5=", { target: "☃" }],
      "target “☃” has characters that the tokenizer does not know: ☃",
    ],
    [
      "a target below 0",
      "sweepHeads",
      ["3+5=", { target: -1 }],
      "target is -1; it needs to be a token id or the text of one token",
    ],
    ["no neurons asked for", "topNeurons", ["3+5=", { count: 0 }], "count is 0; it needs to be a whole number from 1"],
    ["nothing to compare with", "compareNeurons", ["3+5=", { count: 5 }], "compareNeurons: interventions are missing"],
    [
      "a neuron that is none",
      "neuron",
      ["L4H2"],
      'neuron is “L4H2”; it needs to be as { layer: 4, neuron: 425 } or "L4N425"',
    ],
    ["half a neuron", "neuron", [{ layer: 4 }], "neuron is { layer: 4 }; it needs to be as"],
  ])("is refused: %s", async (_, call, args, message) => {
    const reason: unknown = await untyped()[call]!(...args).catch((thrown: unknown) => thrown);
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
