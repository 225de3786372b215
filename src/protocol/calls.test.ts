import { describe, expect, test } from "vitest";
import { Fault } from "#core/fault.ts";
import { readArguments } from "./call.ts";
import { CALL_NAMES, entryOf } from "./calls.ts";
import type { CallName } from "./calls.ts";

const read = (name: CallName, ...sent: unknown[]) => readArguments(name, entryOf(name), sent);

const neuron = { layer: 4, neuron: 425 };
const off = [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0 }];
const PAIR = { clean: "3+5=", corrupted: "3+4=" };
const RANGE = { from: 0, to: 1 };
const PLOT = { template: "{a}+{b}=", operation: "+", a: RANGE, b: RANGE };

describe("what a call is asked", () => {
  test.each<[string, CallName, unknown[], unknown[]]>([
    ["no options are the defaults", "predict", ["3+5="], ["3+5=", { top: 10 }]],
    ["what is undefined is left out", "predict", ["3", { target: undefined, top: undefined }], ["3", { top: 10 }]],
    [
      "names are ids, and a missing scale is 0",
      "predict",
      ["3+5=", { interventions: [{ head: "0.7" }, { neuron: "L4N425", scale: 0.5 }], top: 3, target: 12 }],
      ["3+5=", { interventions: [...off, { kind: "neuron", at: neuron, scale: 0.5 }], top: 3, target: 12 }],
    ],
    [
      "ids stay what they are",
      "layerIncrease",
      [[1, 7, 1004], { interventions: off }],
      [[1, 7, 1004], { interventions: off }],
    ],
    [
      "prompts stand in",
      "sweepHeads",
      ["3+5=", { ablationSource: ["2+4=", [1, 7]] }],
      ["3+5=", { ablationSource: ["2+4=", [1, 7]] }],
    ],
    ["an option's former name", "sweepHeads", ["3", { standIns: ["2"] }], ["3", { ablationSource: ["2"] }]],
    [
      "parts stay off in a sweep",
      "sweepHeads",
      ["3+5=", { interventions: [{ head: "L0H7" }] }],
      ["3+5=", { interventions: off }],
    ],
    ["a lens with each residual's own norm", "logitLens", ["3+5="], ["3+5=", { norm: "own" }]],
    [
      "the end of a prompt through the frozen norm",
      "logitLens",
      ["3+5=", { norm: "final", last: 4, target: "8", interventions: off }],
      ["3+5=", { norm: "final", last: 4, target: "8", interventions: off }],
    ],
    [
      "who writes one token rather than another",
      "directLogits",
      ["3+5=", { target: "8", against: 11, layer: 5 }],
      ["3+5=", { target: "8", against: 11, layer: 5 }],
    ],
    ["scores of the model alone", "headScores", [], [{ seed: 1 }]],
    ["a target is a text", "sweepHeads", ["3+5=", { target: "8" }], ["3+5=", { target: "8" }]],
    [
      "the edges of a chain, cut for what stands in",
      "chainEdges",
      ["3+5=", { head: "L0H7", ablationSource: ["2+4="], thresholds: { headEffect: 0.3 } }],
      ["3+5=", { head: { layer: 0, head: 7 }, ablationSource: ["2+4="], thresholds: { headEffect: 0.3 } }],
    ],
    ["a neuron by its name", "neuron", ["4_425"], [neuron, { count: 10 }]],
    ["a row of a table is a neuron", "neuron", [{ ...neuron, change: 0.7 }], [neuron, { count: 10 }]],
    ["of another variant", "neuron", [neuron, { variant: "adapted" }], [neuron, { variant: "adapted", count: 10 }]],
    ["nothing but a text", "tokenize", ["3+"], ["3+"]],
    ["nothing at all", "detachAdapter", [], []],
    ["a head", "positionValues", ["3+5=", { head: "0.7" }], ["3+5=", { head: { layer: 0, head: 7 } }]],
    ["a second prompt", "comparePrompts", ["3", { other: [1, 2], count: 5 }], ["3", { other: [1, 2], count: 5 }]],
    ["a neuron and a layer", "featureTransfer", ["3", { neuron: "L4N425", layer: 0 }], ["3", { neuron, layer: 0 }]],
    [
      "a way through a head and a layer",
      "traceNeurons",
      [
        "3",
        {
          neuron,
          path: [
            { head: "L3H6", position: 4 },
            { layer: 1, position: 2, weights: "attention" },
          ],
          layer: 0,
          count: 3,
        },
      ],
      [
        "3",
        {
          neuron,
          path: [
            { layer: 3, head: 6, position: 4, weights: "none" },
            { layer: 1, position: 2, weights: "attention" },
          ],
          layer: 0,
          count: 3,
        },
      ],
    ],
    [
      "a way as it was read",
      "traceSources",
      ["3", { neuron, path: [{ layer: 3, head: 6, position: 4, weights: "none" }] }],
      ["3", { neuron, path: [{ layer: 3, head: 6, position: 4, weights: "none" }] }],
    ],
    [
      "a head and a threshold",
      "chain",
      ["3+5=", { head: "L0H7", thresholds: { headEffect: 1 } }],
      ["3+5=", { head: { layer: 0, head: 7 }, thresholds: { headEffect: 1 } }],
    ],
    [
      "a pair is patched by denoising it",
      "patch",
      [
        { clean: "3+5=", corrupted: [1, 7] },
        { site: "z", answers: ["8", 11] },
      ],
      [
        { clean: "3+5=", corrupted: [1, 7] },
        { site: "z", answers: ["8", 11], direction: "denoise" },
      ],
    ],
    [
      "a path from a head into a neuron",
      "pathPatch",
      [PAIR, { from: "L0H7", to: "L4N425", direction: "noise" }],
      [
        PAIR,
        {
          from: { kind: "head", at: { layer: 0, head: 7 } },
          to: { kind: "neuron", at: neuron },
          direction: "noise",
        },
      ],
    ],
    ["query neurons of thirty", "queryNeurons", ["3", { count: 5 }], ["3", { count: 5, of: 30 }]],
    ["twenty hits by logit", "searchNeurons", ["8"], ["8", { count: 20, by: "logit", end: "promotes" }]],
    [
      "hits by rank",
      "searchNeurons",
      [12, { by: "rank", end: "suppresses", count: 3 }],
      [12, { by: "rank", end: "suppresses", count: 3 }],
    ],
    ["a list of words", "searchConcepts", [{ words: ["three"] }], [{ words: ["three"], atLeast: 1, count: 20 }]],
    ["the answer's probability", "operandPlot", [PLOT], [{ ...PLOT, quantity: { kind: "probability" } }]],
    [
      "a neuron's activation",
      "operandPlot",
      [{ ...PLOT, quantity: { neuron: "L4N425" } }],
      [{ ...PLOT, quantity: { kind: "activation", at: neuron } }],
    ],
    [
      "a head's effect as it was read",
      "operandPlot",
      [{ ...PLOT, quantity: { kind: "head", at: { layer: 0, head: 7 } } }],
      [{ ...PLOT, quantity: { kind: "head", at: { layer: 0, head: 7 } } }],
    ],
    [
      "a group",
      "neuronGroup",
      ["3+5=", { neurons: ["L4N425", { layer: 5, neuron: 13 }] }],
      ["3+5=", { neurons: [neuron, { layer: 5, neuron: 13 }], draws: 5, seed: 1 }],
    ],
    [
      "a checkpoint",
      "load",
      [
        { kind: "hub", repo: "owner/name", token: "hf_secret" },
        { dtype: "q4", backend: "wasm" },
      ],
      [
        { kind: "hub", repo: "owner/name", token: "hf_secret" },
        { dtype: "q4", backend: "wasm" },
      ],
    ],
  ])("%s", (_, name, sent, wanted) => {
    expect(read(name, ...sent)).toEqual(wanted);
    // what was read reads as itself, so that the page may pass what it keeps
    expect(read(name, ...wanted)).toEqual(wanted);
  });

  test("a folder's files are taken as they are", () => {
    const files = [new File(["{}"], "config.json")];
    expect(read("load", { kind: "files", files })).toEqual([{ kind: "files", files }, {}]);
  });
});

describe("what cannot be used is refused with what was found and what is needed", () => {
  test.each<[CallName, unknown[], string]>([
    ["tokenize", [8], "tokenize: text is 8; it needs to be a text"],
    ["logitLens", ["3", { norm: "mine" }], "logitLens: norm is “mine”; it needs to be one of own, final"],
    ["directLogits", ["3", { layer: -1 }], "directLogits: layer is -1; it needs to be a whole number from 0"],
    ["headScores", [{ seed: 0.5 }], "headScores: seed is 0.5; it needs to be a whole number from 0 to 4,294,967,295"],
    ["predict", [], "predict: prompt is missing; it needs to be a text or an array of token ids, whole numbers from 0"],
    ["predict", [{}], "predict: prompt is {  }; it needs to be a text or an array of token ids, whole numbers from 0"],
    ["predict", [[1, 0.5]], "predict: prompt is an array of 2; it needs to be a text or an array of token ids"],
    [
      "predict",
      ["3+5=", 5],
      "predict: options are 5; they need to be an object with interventions, ablationSource, target, variant, top",
    ],
    [
      "predict",
      ["3+5=", { interventons: [] }],
      "predict: there is no option “interventons”; it takes interventions, ablationSource, target, variant, top",
    ],
    [
      "predict",
      ["3+5=", { ablationSource: ["2+4="], standIns: ["1+1="] }],
      "predict: standIns is what ablationSource was called, and both are there; ablationSource alone is needed",
    ],
    ["predict", ["3+5=", { top: 0 }], "predict: top is 0; it needs to be a whole number from 1 to 10,000"],
    ["predict", ["3+5=", { top: 10_001 }], "predict: top is 10001; it needs to be a whole number from 1 to 10,000"],
    ["predict", ["3+5=", { top: "3" }], "predict: top is “3”; it needs to be a whole number from 1 to 10,000"],
    ["predict", ["3+5=", { top: Number.NaN }], "predict: top is NaN; it needs to be a whole number from 1 to 10,000"],
    ["predict", ["3+5=", { variant: "tuned" }], "predict: variant is “tuned”; it needs to be one of base, adapted"],
    [
      "predict",
      ["3+5=", { interventions: "L0H7" }],
      'predict: interventions is “L0H7”; it needs to be an array as [{ head: "L0H7", scale: 0 }]',
    ],
    ...[{ scale: 0 }, { head: "seven" }, { head: "L0H7", scale: 1e9 }, { head: "L0H7", neuron: "L0N7" }, "L0H7"].map(
      (change): [CallName, unknown[], string] => [
        "predict",
        ["3+5=", { interventions: [{ head: "L0H7" }, change] }],
        'it needs to be as { head: "L0H7", scale: 0 } or { neuron: "L4N425", scale: 0.5 }, the scale from −100 to 100',
      ],
    ),
    [
      "predict",
      ["3+5=", { interventions: [{ scale: 0 }] }],
      "predict: interventions.0 is { scale: 0 }; it needs to be",
    ],
    [
      "sweepHeads",
      ["3+5=", { ablationSource: "2+4=" }],
      'sweepHeads: ablationSource is “2+4=”; it needs to be an array of 1 to 10,000 prompts as ["2+4="]',
    ],
    [
      "sweepHeads",
      ["3+5=", { ablationSource: [] }],
      "sweepHeads: ablationSource is an array of 0; it needs to be an array of 1 to",
    ],
    [
      "sweepHeads",
      ["3+5=", { target: -1 }],
      "sweepHeads: target is -1; it needs to be a token id or the text of one token",
    ],
    [
      "sweepHeads",
      ["3+5=", { target: {} }],
      "sweepHeads: target is {  }; it needs to be a token id or the text of one token",
    ],
    ["scoreAnswer", ["3+5="], "scoreAnswer: answer is missing; it needs to be a text or an array of token ids"],
    [
      "scoreAnswer",
      ["3+5=", { answer: 8 }],
      "scoreAnswer: answer is 8; it needs to be a text or an array of token ids",
    ],
    ["generate", ["3+5="], "generate: tokens is missing; it needs to be a whole number from 1 to 10,000"],
    ["topNeurons", ["3+5=", { count: 0 }], "topNeurons: count is 0; it needs to be a whole number from 1 to 10,000"],
    [
      "compareNeurons",
      ["3+5=", { count: 1, against: "adapted" }],
      "compareNeurons: against is “adapted”; it needs to be as",
    ],
    ["neuron", ["L4H2"], 'neuron: neuron is “L4H2”; it needs to be as { layer: 4, neuron: 425 } or "L4N425"'],
    ["neuron", [{ layer: 4 }], "neuron: neuron is { layer: 4 }; it needs to be as"],
    ["chain", ["3+5=", { threshold: {} }], "chain: there is no option “threshold”; it takes target, variant,"],
    [
      "chain",
      ["3+5=", { thresholds: { heads: 1 } }],
      "chain.thresholds: there is no option “heads”; it takes headEffect,",
    ],
    [
      "chain",
      ["3+5=", { thresholds: { headEffect: "1" } }],
      "chain: thresholds.headEffect is “1”; it needs to be a number from 0",
    ],
    [
      "chain",
      ["3+5=", { thresholds: { headEffect: -1 } }],
      "chain: thresholds.headEffect is -1; it needs to be a number",
    ],
    [
      "chain",
      ["3+5=", { thresholds: { headEffect: Infinity } }],
      "thresholds.headEffect is Infinity; it needs to be a number",
    ],
    ["chain", ["3+5=", { head: 7 }], 'chain: head is 7; it needs to be as "L0H7"'],
    ["chainEdges", ["3+5=", { interventions: [] }], "chainEdges: there is no option “interventions”; it takes target,"],
    ["comparePrompts", ["3+5=", { count: 3 }], "comparePrompts: other is missing; it needs to be a text or an array"],
    [
      "traceSources",
      ["3", { neuron: "L4N425", path: "L3H6" }],
      "traceSources: path is “L3H6”; it needs to be an array as",
    ],
    [
      "traceSources",
      ["3", { neuron: "L4N425", path: [] }],
      "traceSources: path is an array of 0; it needs to be an array as",
    ],
    ...[
      { position: 1 },
      { head: "L3H6", layer: 1, position: 1 },
      { head: "L3H6", position: 1, weights: "all" },
      { layer: 1 },
    ].map((hop): [CallName, unknown[], string] => [
      "traceSources",
      ["3", { neuron: "L4N425", path: [hop] }],
      'it needs to be as { head: "L3H6", position: 4 } or { layer: 1, position: 4 }, with weights "none" or "attention"',
    ]),
    [
      "featureTransfer",
      ["3", { neuron, layer: -1 }],
      "featureTransfer: layer is -1; it needs to be a whole number from 0",
    ],
    [
      "enhancingGraph",
      ["3", { neurons: "L4N425" }],
      "enhancingGraph: neurons is “L4N425”; it needs to be an array of 1 to",
    ],
    [
      "enhancingGraph",
      ["3", { neurons: [] }],
      "enhancingGraph: neurons is an array of 0; it needs to be an array of 1 to",
    ],
    ["patch", ["3+5=", { site: "z" }], 'patch: pair is “3+5=”; it needs to be as { clean: "3+5=", corrupted: "3+4=" }'],
    [
      "patch",
      [{ clean: "3+5=" }, { site: "z" }],
      "patch: pair.corrupted is missing; it needs to be a text or an array",
    ],
    ["patch", [PAIR, {}], "patch: site is missing; it needs to be one of resid_pre, resid_mid, resid_post, attn_out"],
    ["patch", [PAIR, { site: "hook_z" }], "patch: site is “hook_z”; it needs to be one of resid_pre"],
    [
      "patch",
      [PAIR, { site: "z", answers: ["8"] }],
      'patch: answers is an array of 1; it needs to be the right answer and the wrong one as ["8", "7"]',
    ],
    [
      "patch",
      [PAIR, { site: "z", direction: "both" }],
      "patch: direction is “both”; it needs to be one of denoise, noise",
    ],
    [
      "pathPatch",
      [PAIR, { from: "L0", to: "L1H2" }],
      'pathPatch: from is “L0”; it needs to be a head as "L0H7" or a neuron as "L4N425"',
    ],
    ["searchNeurons", [], "searchNeurons: token is missing; it needs to be a token id or the text of one token"],
    ["searchNeurons", ["8", { by: "size" }], "searchNeurons: by is “size”; it needs to be one of logit, rank"],
    ["searchNeurons", ["8", { limit: 3 }], "searchNeurons: there is no option “limit”"],
    ["searchConcepts", [], 'searchConcepts: words is missing; it needs to be an array of texts as ["three", "3"]'],
    ["searchConcepts", [{ words: "three" }], "searchConcepts: words is “three”; it needs to be an array of texts"],
    ["searchConcepts", [{ words: ["3"], lastAttention: -1 }], "searchConcepts: lastAttention is -1"],
    ["operandPlot", [{ ...PLOT, template: 3 }], 'operandPlot: template is 3; it needs to be a text as "{a}+{b}="'],
    [
      "operandPlot",
      [{ ...PLOT, operation: undefined }],
      "operandPlot: operation is missing; it needs to be one of +, -, *, /",
    ],
    ["operandPlot", [{ ...PLOT, operation: "%" }], "operandPlot: operation is “%”; it needs to be one of +, -, *, /"],
    [
      "operandPlot",
      [{ ...PLOT, a: { from: 1 } }],
      "operandPlot: a.to is missing; it needs to be a whole number from 0",
    ],
    ["operandPlot", [{ ...PLOT, a: 7 }], "operandPlot: a is 7; it needs to be as { from: 0, to: 9 }"],
    [
      "operandPlot",
      [{ ...PLOT, quantity: { neuron: "L0H7" } }],
      "operandPlot: quantity is { neuron: “L0H7” }; it needs to be",
    ],
    [
      "neuronGroup",
      ["3+5=", { neurons: "L4N425" }],
      "neuronGroup: neurons is “L4N425”; it needs to be an array of 1 to",
    ],
    [
      "neuronGroup",
      ["3+5=", { neurons: [] }],
      "neuronGroup: neurons is an array of 0; it needs to be an array of 1 to 100,000",
    ],
    ["neuronGroup", ["3+5=", { neurons: ["L0H7"] }], "neuronGroup: neurons.0 is “L0H7”; it needs to be as { layer: 4"],
    [
      "neuronGroup",
      ["3", { neurons: [neuron], draws: 0 }],
      "neuronGroup: draws is 0; it needs to be a whole number from 1 to 100",
    ],
    [
      "neuronGroup",
      ["3", { neurons: [neuron], seed: 2 ** 32 }],
      "seed is 4294967296; it needs to be a whole number from 0 to",
    ],
    ["neuronWiring", [{ layer: 1 }], "neuronWiring: neuron is { layer: 1 }"],
    [
      "planExperiment",
      [],
      "planExperiment: request is missing; it needs to be an experiment whose kind is one of heads, memorise, neurons,",
    ],
    [
      "runExperiment",
      [{ kind: "tea" }],
      "runExperiment: request is { kind: “tea” }; it needs to be an experiment whose",
    ],
    ["load", [], 'load: source is missing; it needs to be as { kind: "hub", repo: "owner/name" }'],
    ["load", [{}], "load: source.kind is missing; it needs to be one of hub, url, files, stored"],
    ["load", [{ kind: "disk" }], "load: source.kind is “disk”; it needs to be one of hub, url, files, stored"],
    [
      "load",
      [{ kind: "hub", repo: "../secret" }],
      "load: source.repo is “../secret”; it needs to be a repository on the Hub",
    ],
    ["load", [{ kind: "hub", repo: "gpt2" }], "load: source.repo is “gpt2”; it needs to be a repository on the Hub"],
    [
      "load",
      [{ kind: "hub", repo: "a/b", revision: "" }],
      "source.revision is “”; it needs to be a branch, a tag or a commit",
    ],
    [
      "load",
      [{ kind: "hub", repo: "a/b", hub: "localhost:4000" }],
      "source.hub is “localhost:4000”; it needs to be the http(s)",
    ],
    [
      "load",
      [{ kind: "files", files: [] }],
      "load: source.files is an array of 0; it needs to be the File objects of one",
    ],
    [
      "load",
      [{ kind: "files", files: ["config.json"] }],
      "load: source.files.0 is “config.json”; it needs to be the File",
    ],
    [
      "load",
      [{ kind: "url", base: "http://m.org/" }, { dtype: "f16" }],
      "load: dtype is “f16”; it needs to be one of q4, q8, f32",
    ],
  ])("%s %j", (name, sent, message) => {
    const refused = () => read(name, ...sent);
    expect(refused).toThrow(Fault);
    expect(refused).toThrow(message);
  });

  test("but for an access token, which no sentence repeats", () => {
    const token = "hf_secret hf_other";
    let sentence = "";
    try {
      read("load", { kind: "hub", repo: "a/b", token });
    } catch (reason) {
      sentence = (reason as Error).message;
    }
    expect(sentence).toBe(
      "load: source.token is a text that is not shown; it needs to be an access token, a text of letters and signs without spaces",
    );
  });
});

test("every call refuses an option that it does not have", () => {
  for (const name of CALL_NAMES) {
    const entry = entryOf(name);
    if (!entry.options) continue;
    expect(() => readArguments(name, { ...entry, takes: {} }, [{ nonesuch: 1 }])).toThrow(
      `${name}: there is no option “nonesuch”; it takes ${Object.keys(entry.options).join(", ")}`,
    );
  }
});

test("no option has the name of what follows a call: by these the page's client tells one from the other", () => {
  const names = CALL_NAMES.flatMap((name) => Object.keys(entryOf(name).options ?? {}));
  expect(names.filter((name) => name === "signal" || name === "onProgress")).toEqual([]);
});
