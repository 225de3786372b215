import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Fault } from "#core/fault.ts";
import type { HeadSweep, ModelInfo, Prediction, SweepRow } from "#protocol/engine.ts";
import { AskedEngine, settle } from "#test/asked-engine.ts";
import { crowdedChain } from "#test/chains.ts";
import { firstPage } from "#test/first-page.ts";
import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import { setLeastShare, setOtherPrompt, setPredictingHead, setPublished, setThreshold } from "./chain-view.ts";
import { chainClaims } from "./link/chain-claims.ts";
import { checkChain, currentFinding, measuredClaims } from "./link/claims.ts";
import { opened } from "./link/opened.ts";
import { joinedNumbers } from "./link/link-values.ts";
import { currentFragment, openLink } from "./link/links.ts";
import { decodeFinding } from "./link/permalink.ts";
import { sharedFinding, sharedFragment } from "./link/shared-link.ts";
import { followEngine } from "./engine-life.ts";
import { changeModel, loadModel } from "./model/loading.ts";
import { model } from "./model/model.ts";
import type { ModelChoice } from "./model/model.ts";
import { notices } from "./notices.ts";
import { question, setPrompt, setAblationSource, togglePart, undo } from "./question.ts";
import { showRecorded } from "./link/recorded.ts";
import { connectEngine } from "./run/engine-port.ts";
import { isStale, results } from "./run/results.ts";
import { askAgain, stopRun } from "./run/runner.ts";
import { followQuestions, pursueNow } from "./run/session.ts";
import { modelNow } from "./subject.ts";
import { chooseTarget, typeTarget } from "./targets.ts";
import { showTab, view } from "./view.ts";

const SHIPPED: ModelChoice = { id: "abacus", source: { kind: "url", base: "http://here/models/abacus/" } };
const OTHER: ModelChoice = { id: "other", source: { kind: "url", base: "http://here/models/other/" } };
const HEAD = { kind: "head", at: { layer: 0, head: 1 } } as const;

const INFO = {
  name: "abacus",
  source: { kind: "url", name: "http://here/models/abacus/" },
  layers: 2,
  heads: 2,
  neurons: 4,
  context: 8,
  dtype: "q8",
  content: "a".repeat(64),
} as ModelInfo;

let asked: AskedEngine;
let calls: AskedEngine["calls"];
let ends: (() => void)[];

const settleTyping = () => vi.advanceTimersByTimeAsync(500);

const waiting = (method: string) => asked.waiting(method);
const last = (method: string) => asked.last(method);
const stop = (reason: Fault) => asked.stop(reason);

const prediction = (id: number, logProbability: number): Prediction => {
  const target = { id, text: String(id), probability: Math.exp(logProbability), logProbability };
  return { tokens: [{ id: 1, text: "<s>" }], top: [target], target: { ...target, rank: 0 }, included: [] };
};

const SWEEP: HeadSweep = {
  target: 8,
  baseline: -0.5,
  logProbability: [
    [-0.5, -3],
    [-0.5, -0.4],
  ],
};

beforeEach(() => {
  vi.useFakeTimers();
  asked = new AskedEngine();
  calls = asked.calls;
  firstPage();
  model.setState({ choice: SHIPPED, dtype: "q8", backend: "auto", status: { kind: "ready" }, info: INFO });
  connectEngine(asked.engine);
  ends = [followEngine(asked.engine), followQuestions()];
});

afterEach(() => {
  for (const end of ends) end();
  vi.useRealTimers();
});

async function answerBefore(id = 8) {
  pursueNow();
  await last("predict").answer(prediction(id, -0.5));
}

describe("the chain", () => {
  const chains = () => waiting("chain").map(({ prompt, options }) => [prompt, options["interventions"]]);

  test("is asked while somebody looks at it, then its control, then the run with what is off", async () => {
    await answerBefore();
    expect(chains()).toEqual([]);
    showTab("chain");
    await settle();
    expect(chains()).toEqual([["3+5=", []]]);
    last("chain").onProgress?.({ done: 0.25, total: 1 });
    expect(results.getState().chain.progress).toMatchObject({ done: 0.25, total: 1 });
    await last("chain").answer(crowdedChain());
    await settle();
    expect(last("neuronGroup").options["neurons"]).toHaveLength(8);
    togglePart(HEAD);
    await settle();
    expect(chains().at(-1)).toEqual(["3+5=", [{ ...HEAD, scale: 0 }]]);
    const after = { ...crowdedChain(), baseline: -4 };
    await last("chain").answer(after);
    expect(results.getState().chainAfter.value).toBe(after);
    expect(results.getState().chain.value!.baseline).toBe(-0.1);
    // on again: nothing is computed anew
    const { length } = calls.filter(({ method }) => method === "chain");
    togglePart(HEAD);
    await settle();
    expect(calls.filter(({ method }) => method === "chain")).toHaveLength(length);
  });

  test("is stopped at a person's word, and asked again at another", async () => {
    await answerBefore();
    showTab("chain");
    await settle();
    const { signal } = last("chain");
    stopRun("chain");
    expect(signal!.aborted).toBe(true);
    expect(results.getState().chain.status).toBe("stopped");
    askAgain("chain");
    pursueNow();
    expect(last("chain").signal!.aborted).toBe(false);
  });

  test("of the model's own is not asked while a published one is shown", async () => {
    await answerBefore();
    setPublished("llama-7b-3plus5");
    showTab("chain");
    await settleTyping();
    expect(chains()).toEqual([]);
    setPublished(undefined);
    await settleTyping();
    expect(chains()).toEqual([["3+5=", []]]);
  });
});

describe("a typed target", () => {
  const tokens = (...ids: readonly number[]) =>
    ids.map((id) => ({ id, text: String(id), probability: 0.5, logProbability: Math.log(0.5), rank: 0 }));
  const scored = (...ids: readonly number[]) => ({ tokens: tokens(...ids), logProbability: -1, correct: true });

  test("is the token that the model would write behind the prompt", async () => {
    await answerBefore();
    const typed = typeTarget("9");
    expect(last("answerTokens")).toMatchObject({ prompt: question.getState().prompt, options: { answer: "9" } });
    await last("answerTokens").answer(tokens(9));
    await typed;
    expect(question.getState()).toMatchObject({ target: 9, answer: undefined });
  });

  test("of several tokens is the first, and the whole is scored before and after", async () => {
    await answerBefore();
    const typed = typeTarget("128");
    await last("answerTokens").answer(tokens(5, 2, 8));
    await typed;
    expect(question.getState()).toMatchObject({ target: 5, answer: { text: "128", ids: [5, 2, 8] } });
    await settle();
    await last("predict").answer(prediction(5, -0.5));
    expect(last("scoreAnswer").options).toEqual({ answer: [5, 2, 8], interventions: [] });
    await last("scoreAnswer").answer(scored(5, 2, 8));
    togglePart(HEAD);
    await settle();
    expect(last("scoreAnswer").options).toEqual({ answer: [5, 2, 8], interventions: [{ ...HEAD, scale: 0 }] });
    expect(results.getState().answer.value?.tokens).toHaveLength(3);
  });

  test("goes when another token is chosen, or another prompt is typed", async () => {
    const answer = { text: "128", ids: [1, 2, 8] };
    question.setState({ target: 1, answer });
    chooseTarget(4);
    expect(question.getState()).toMatchObject({ target: 4, answer: undefined });
    question.setState({ target: 1, answer });
    setPrompt("9+9=");
    expect(question.getState().answer).toBeUndefined();
  });

  test("that is cut otherwise behind this prompt is said and changes nothing", async () => {
    await answerBefore();
    const typed = typeTarget("the");
    await last("answerTokens").fail(new Fault("bad-request", "answer: move the space"));
    await typed;
    expect(notices.getState().list).toMatchObject([{ about: "target", message: "answer: move the space" }]);
    expect(question.getState().target).toBeUndefined();
  });
});

describe("asking", () => {
  test("waits with what builds on the clean run until that is there", async () => {
    pursueNow();
    expect(calls.map((call) => call.method)).toEqual(["tokenEnds", "predict"]);
    await last("predict").answer(prediction(8, -0.5));
    expect(last("sweepHeads").options).toEqual({ target: 8, rowByRow: true });
  });

  test("does not ask twice for one thing", async () => {
    await answerBefore();
    const count = calls.length;
    pursueNow();
    pursueNow();
    expect(calls).toHaveLength(count);
  });

  test("a newer question cancels the older one, and the old answer stays to be seen", async () => {
    await answerBefore();
    const sweep = last("sweepHeads");
    setPrompt("45+27=");
    await settleTyping();
    expect(sweep.signal!.aborted).toBe(true);
    expect(results.getState().before).toMatchObject({ status: "computing", value: { target: { id: 8 } } });
    expect(isStale(results.getState().before)).toBe(true);
  });

  test("a long prediction tells how far it is, is stopped at a person's word, and makes way for a newer prompt", async () => {
    pursueNow();
    const long = last("predict");
    long.onProgress!({ done: 3, total: 32 });
    expect(results.getState().before.progress).toMatchObject({ done: 3, total: 32 });
    stopRun("before");
    expect(long.signal!.aborted).toBe(true);
    pursueNow();
    await settle();
    expect([results.getState().before.status, waiting("predict")]).toEqual(["stopped", []]);
    askAgain("before");
    pursueNow();
    const again = last("predict");
    setPrompt("45+27=");
    await settleTyping();
    expect(again.signal!.aborted).toBe(true);
    expect(last("predict").prompt).toBe("45+27=");
  });

  test("keys that follow each other quickly are asked once", async () => {
    for (const prompt of ["4", "45", "45+"]) setPrompt(prompt);
    await settleTyping();
    expect(waiting("predict").map((call) => call.prompt)).toEqual(["45+"]);
  });

  test("switching a part asks for the run without it, and back again is there at once", async () => {
    await answerBefore();
    togglePart(HEAD);
    await settle();
    await last("predict").answer(prediction(8, -3));
    expect(results.getState().after.value?.target.logProbability).toBe(-3);
    togglePart(HEAD);
    await settle();
    const count = calls.length;
    togglePart(HEAD);
    await settle();
    expect(calls).toHaveLength(count);
    expect(results.getState().after.status).toBe("done");
  });

  test("lays the run with a part off beside the clean one in one request", async () => {
    await answerBefore();
    const count = calls.filter(({ method }) => method === "predict").length;
    togglePart(HEAD);
    await settle();
    const clean = { ...prediction(8, -0.5), included: prediction(4, -9).top };
    await last("predict").answer({ ...prediction(4, -0.2), target: { ...prediction(8, -3).target }, clean });
    expect(calls.filter(({ method }) => method === "predict")).toHaveLength(count + 1);
    expect(results.getState().after.value?.clean?.included[0]?.logProbability).toBe(-9);
  });

  test("compares neurons only where somebody looks", async () => {
    await answerBefore();
    togglePart(HEAD);
    await settle();
    expect(waiting("compareNeurons")).toHaveLength(0);
    view.setState({ tab: "neurons" });
    await settle();
    expect(last("compareNeurons").options).toMatchObject({
      target: 8,
      count: 10,
      interventions: [{ ...HEAD, scale: 0 }],
    });
  });

  test("what stands in is part of every question about something that is off, and of no other", async () => {
    await answerBefore();
    const sweeps = () => waiting("sweepHeads").length;
    setAblationSource(["2+4="]);
    await settleTyping();
    expect(last("sweepHeads").options).toMatchObject({ target: 8, ablationSource: ["2+4="] });
    expect(last("predict").options).not.toHaveProperty("ablationSource");
    togglePart(HEAD);
    await settle();
    const before = sweeps();
    expect(last("predict").options).toMatchObject({ interventions: [{ ...HEAD, scale: 0 }], ablationSource: ["2+4="] });
    expect(sweeps(), "a switch sweeps no heads anew").toBe(before);
    setAblationSource([]);
    await settleTyping();
    expect(last("predict").options).not.toHaveProperty("ablationSource");
    expect(last("sweepHeads").options).not.toHaveProperty("ablationSource");
  });

  test("a selected head is inspected as it runs at full scale", async () => {
    togglePart(HEAD);
    view.setState({ selected: HEAD });
    await settle();
    await answerBefore();
    expect(last("inspectHead").options).toEqual({ target: 8, head: HEAD.at, interventions: [] });
  });

  test("an empty prompt asks nothing and loses nothing", async () => {
    await answerBefore();
    setPrompt("");
    await settleTyping();
    expect(results.getState().before.value).toBeDefined();
    expect(isStale(results.getState().before)).toBe(true);
  });
});

describe("the sweep", () => {
  const row = (layer: number): SweepRow => ({
    layer,
    logProbability: SWEEP.logProbability[layer]!,
    baseline: -0.5,
    target: 8,
  });

  test("shows each row as it comes", async () => {
    await answerBefore();
    last("sweepHeads").onProgress!(row(1));
    const { value, status } = results.getState().sweep;
    expect(status).toBe("computing");
    expect(value!.logProbability).toEqual([[Number.NaN, Number.NaN], SWEEP.logProbability[1]]);
  });

  test("says how far the whole is before the first row is there, and goes on saying it", async () => {
    await answerBefore();
    last("sweepHeads").onProgress!({ done: 1, total: 6 });
    expect(results.getState().sweep).toMatchObject({ status: "computing", progress: { done: 1, total: 6 } });
    last("sweepHeads").onProgress!(row(1));
    last("sweepHeads").onProgress!({ done: 3, total: 6 });
    expect(results.getState().sweep.progress).toMatchObject({ done: 3, total: 6 });
  });

  test("asked again after the engine was lost, keeps the whole earlier map until all of the new one is there", async () => {
    await answerBefore();
    await last("sweepHeads").answer(SWEEP);
    stop(new Fault("device-lost", "the GPU was lost"));
    expect(isStale(results.getState().sweep)).toBe(true);
    await last("load").answer(INFO);
    await settle();
    await last("predict").answer(prediction(8, -0.5));
    last("sweepHeads").onProgress!(row(1));
    const { value, previous } = results.getState().sweep;
    expect(value!.logProbability[0]).toEqual([Number.NaN, Number.NaN]);
    expect(previous).toEqual(SWEEP);
    await last("sweepHeads").answer(SWEEP);
    expect(results.getState().sweep.previous).toBeUndefined();
  });

  test("keeps what has arrived when it is stopped, and is not asked again by itself", async () => {
    await answerBefore();
    const sweep = last("sweepHeads");
    sweep.onProgress!(row(1));
    stopRun("sweep");
    pursueNow();
    expect(sweep.signal!.aborted).toBe(true);
    expect(waiting("sweepHeads")).toHaveLength(0);
    const { status, value } = results.getState().sweep;
    expect([status, value!.logProbability[1]]).toEqual(["stopped", SWEEP.logProbability[1]]);
    askAgain("sweep");
    pursueNow();
    expect(waiting("sweepHeads")).toHaveLength(1);
  });
});

describe("faults", () => {
  test("are told once, keep everything, and go away with success", async () => {
    pursueNow();
    await last("predict").fail(new Fault("prompt-too-long", "the prompt has 9 tokens"));
    expect(notices.getState().list).toEqual([
      { about: "before", code: "prompt-too-long", message: "the prompt has 9 tokens" },
    ]);
    setPrompt("3+");
    await settleTyping();
    await last("predict").answer(prediction(8, -0.5));
    expect(notices.getState().list).toEqual([]);
  });

  test("that the GPU computes wrong numbers is said in place, until a load on one that does not", async () => {
    void changeModel(SHIPPED);
    const backendNote = "this graphics processor computes wrong numbers in silence";
    await last("load").answer({ ...INFO, backendNote, proof: { difference: 0.03, at: "Softmax", isTrusted: false } });
    expect(notices.getState().list).toContainEqual({ about: "device", code: undefined, message: backendNote });
    expect(modelNow()).not.toHaveProperty("agreement");
    void changeModel(SHIPPED);
    await last("load").answer({ ...INFO, proof: { difference: 3e-7, at: "Softmax", isTrusted: true } });
    expect(notices.getState().list.map(({ about }) => about)).not.toContain("device");
    expect(modelNow()).toMatchObject({ agreement: 3e-7 });
  });

  test("a lost GPU reloads the model in place and asks everything again", async () => {
    await answerBefore();
    togglePart(HEAD);
    await settle();
    stop(new Fault("device-lost", "the GPU was lost"));
    expect(model.getState().status.kind).toBe("loading");
    expect(notices.getState().list[0]).toMatchObject({ code: "device-lost" });
    await last("load").answer(INFO);
    await settle();
    expect(notices.getState().list[0]).toMatchObject({ code: undefined, about: "engine" });
    expect(question.getState().interventions).toHaveLength(1);
    expect(results.getState().before.value?.target.id).toBe(8);
    expect(waiting("predict").at(-1)?.prompt).toBe("3+5=");
  });
});

describe("models", () => {
  test("another model drops the interventions and says so", async () => {
    togglePart(HEAD);
    setPredictingHead(HEAD.at);
    const change = changeModel(OTHER);
    await last("load").answer({ ...INFO, name: "other" });
    await change;
    expect(question.getState().interventions).toEqual([]);
    // what explains one model's answer is no head of another's
    expect(view.getState().chain.head).toBeUndefined();
    expect(notices.getState().list.map((notice) => notice.about)).toContain("interventions");
  });

  test("a link's parts that the model does not have are left out, by name", async () => {
    question.setState({ interventions: [{ kind: "head", at: { layer: 9, head: 0 }, scale: 0 }] });
    setPredictingHead({ layer: 9, head: 0 });
    const load = loadModel(SHIPPED);
    await last("load").answer(INFO);
    await load;
    expect(question.getState().interventions).toEqual([]);
    expect(notices.getState().list[0]!.message).toContain("L9H0");
    expect(view.getState().chain.head).toBeUndefined();
  });

  test("nor those of a link that opens over the model at hand: the rest is computed, and no undo brings them back", async () => {
    togglePart(HEAD);
    question.setState(({ past }) => ({
      past: [...past, { interventions: [{ kind: "neuron", at: { layer: 0, neuron: 4 }, scale: 0 }], changed: "" }],
    }));
    openLink("#v=1&m=abacus&p=6*7%3D&x=L9H9*0;L0H1*-5;L1N4*0;L1N3*2&sel=L2H0&view=chain&ph=L0H2", [SHIPPED]);
    expect(notices.getState().list.map(({ message }) => message)).toEqual([
      "L9H9, L1N4: not in this model, which has layers 0 to 1, heads 0 to 1 and neurons 0 to 3. Left out.",
    ]);
    const kept = [
      { ...HEAD, scale: -5 },
      { kind: "neuron", at: { layer: 1, neuron: 3 }, scale: 2 },
    ];
    expect(question.getState().interventions).toEqual(kept);
    expect(view.getState().selected).toBeUndefined();
    expect(view.getState().chain.head).toBeUndefined();
    await settleTyping();
    await last("predict").answer(prediction(8, -0.5));
    await settle();
    expect(last("predict")).toMatchObject({ prompt: "6*7=", options: { interventions: kept } });
    undo();
    expect(question.getState().interventions).toEqual([{ ...HEAD, scale: 0 }]);
    undo();
    expect(question.getState().interventions).toEqual([]);
  });
});

describe("links", () => {
  test("a blank one opens the first prompt", () => {
    openLink("", [SHIPPED]);
    expect(question.getState().prompt).toBe("3+5=");
  });

  test("restores what it holds and loads a model of the page's own", () => {
    openLink("#v=1&m=abacus&d=q4&p=45%2B27=&x=L0H1*0&view=neurons&sel=L0H1", [SHIPPED]);
    expect(question.getState()).toMatchObject({ prompt: "45+27=", interventions: [{ ...HEAD, scale: 0 }] });
    expect(view.getState()).toMatchObject({ tab: "neurons", selected: HEAD });
    expect(last("load").options).toMatchObject({ dtype: "q4" });
  });

  test("never downloads from elsewhere by itself", () => {
    openLink("#v=1&m=gpt/neo&p=3", [SHIPPED]);
    expect(waiting("load")).toHaveLength(0);
    expect(model.getState()).toMatchObject({ status: { kind: "offered" }, choice: { id: "gpt/neo" } });
  });

  test.each([
    ["a model that is only offered", "#v=1&m=gpt/neo&p=8%2B8=", "gpt/neo"],
    ["an address", "#v=1&m=https://example.org/m/&p=8%2B8=", "https://example.org/m/"],
  ])("to %s shows no number of the model before", async (_what, link, id) => {
    await answerBefore();
    expect(results.getState().before.value).toBeDefined();
    openLink(link, [SHIPPED]);
    expect(model.getState().choice?.id).toBe(id);
    const shown = Object.values(results.getState()).filter(
      ({ value, previous }) => value !== undefined || previous !== undefined,
    );
    expect(shown).toEqual([]);
  });

  test("to a folder leaves no other link's model as what the finding is about", () => {
    openLink("#v=1&m=gpt/neo&p=3", [SHIPPED]);
    openLink("#v=1&m=folder:foo&p=3", [SHIPPED]);
    expect(model.getState()).toMatchObject({ choice: undefined, status: { kind: "nothing" } });
    expect(notices.getState().list.map(({ message }) => message)).toEqual([expect.stringContaining("the model “foo”")]);
  });

  test("hand on the numbers that were measured for exactly this question", async () => {
    await answerBefore();
    togglePart(HEAD);
    expect(measuredClaims(results.getState(), question.getState(), 0)).toBeUndefined();
    await settle();
    await last("predict").answer(prediction(8, -3));
    expect(measuredClaims(results.getState(), question.getState(), 0)).toEqual({ baseline: -0.5, changed: -3 });
    expect(sharedFragment()).toContain("b=-0.5&c=-3");
    expect(currentFinding(false)!.expected).toEqual({});
  });

  describe("are of the last valid finding", () => {
    const OF_FIRST = "v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=&b=-0.5";
    const link = () => sharedFragment();

    test.each<[state: string, reach: () => unknown]>([
      ["the prompt is empty", () => (setPrompt(""), settleTyping())],
      ["another prompt is being computed", () => (setPrompt("45+27="), settleTyping())],
      ["another prompt is still being typed", () => setPrompt("45+27=")],
      [
        "another prompt was refused",
        async () => {
          setPrompt("1".repeat(99));
          await settleTyping();
          await last("predict").fail(new Fault("bad-request", "prompt: 99 tokens, the model reads 8"));
        },
      ],
      ["another model is loading", () => void changeModel(OTHER)],
      [
        "another model could not be loaded",
        async () => {
          void loadModel(OTHER);
          await last("load").fail(new Fault("bad-file", "config.json is not JSON"));
        },
      ],
      ["a part was switched off a moment ago", () => togglePart(HEAD)],
    ])("while %s", async (_, reach) => {
      await answerBefore();
      expect(link()).toBe(OF_FIRST);
      await reach();
      expect(link()).toBe(OF_FIRST);
      expect(sharedFinding()!.isEarlier).toBe(true);
    });

    test("with what was switched off when it was found", async () => {
      await answerBefore();
      togglePart(HEAD);
      await settle();
      await last("predict").answer(prediction(8, -3));
      const found = "v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=&x=L0H1*0&b=-0.5&c=-3";
      expect([link(), sharedFinding()!.isEarlier]).toEqual([found, false]);
      setPrompt("45+27=");
      await settleTyping();
      expect([link(), sharedFinding()!.isEarlier]).toEqual([found, true]);
    });

    test("and of none where a prompt was refused and no other was answered", async () => {
      pursueNow();
      expect(link()).toBe("v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=");
      await last("predict").fail(new Fault("bad-request", "prompt: the model cannot read it"));
      expect(link()).toBeUndefined();
    });
  });

  describe("of a chain", () => {
    const CLAIMED =
      "v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=&view=chain&ph=L0H1&min=headEffect:0.3&ce=L3H1:10.25;stages:4";
    const claims = () => currentFinding(false)!.expected.chain;

    test("hand on its numbers as soon as it was computed for exactly this question", async () => {
      await answerBefore();
      showTab("chain");
      await settle();
      expect(sharedFragment()).not.toContain("ce=");
      await last("chain").answer(crowdedChain());
      const own = `ce=${joinedNumbers(chainClaims(crowdedChain()))}`;
      expect(sharedFragment()).toContain(`&${own}&b=-0.5`);
      expect(claims()).toBeUndefined();
      // what is off moves the run, and not the clean run's chain
      togglePart(HEAD);
      expect(sharedFragment()).toContain(`&${own}`);
      setThreshold("headEffect", 0.3);
      expect(sharedFragment()).not.toContain("ce=");
      setThreshold("headEffect", DEFAULT_THRESHOLDS.headEffect);
      setPublished("llama-7b-3plus5");
      expect(sharedFragment()).not.toContain("ce=");
      setPublished(undefined);
      // what is shown is still without them, and so is its link
      setAblationSource(["2+4="]);
      expect(sharedFragment()).not.toContain("si=");
      expect(sharedFragment()).toContain(`&${own}`);
      setAblationSource([]);
      expect(sharedFragment()).toContain(`&${own}`);
      showTab("heads");
      expect(sharedFragment()).not.toContain("ce=");
    });

    test("of an older link are verified, and handed on in the sign of now", async () => {
      const older = "v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=&view=chain&cr=L3H1:-10.25;L4N1:-10.25;stages:4";
      openLink(`#${older}`, [SHIPPED]);
      expect(currentFragment()).toBe(older.replace("cr=", "ce=").replaceAll(":-10", ":10"));
      await answerBefore();
      await settle();
      await last("chain").answer(crowdedChain());
      const { finding } = opened.getState();
      const chain = checkChain(finding!, results.getState(), question.getState(), view.getState().chain);
      expect(chain).toMatchObject({ verdict: "reproduced", largestDifference: 0 });
    });

    test("keep those of the opened link while the chain is the one that it asked for", () => {
      openLink(`#${CLAIMED}`, [SHIPPED]);
      expect(currentFragment()).toBe(CLAIMED);
      expect(sharedFragment()).toBe(CLAIMED);
      const numbers = claims();
      const isKept = () => claims() === numbers;
      const CHANGES: readonly (readonly [change: () => unknown, back: () => unknown])[] = [
        [() => setThreshold("headEffect", 0.4), () => setThreshold("headEffect", 0.3)],
        [() => setPredictingHead({ layer: 0, head: 0 }), () => setPredictingHead(HEAD.at)],
        [() => setPublished("llama-7b-3plus5"), () => setPublished(undefined)],
        [() => setPrompt("3+6="), () => setPrompt("3+5=")],
        [() => setAblationSource(["2+4="]), () => setAblationSource([])],
        [() => question.setState({ target: 3 }), () => question.setState({ target: undefined })],
        [() => question.setState({ variant: "adapted" }), () => question.setState({ variant: "base" })],
        [() => model.setState({ choice: OTHER }), () => model.setState({ choice: SHIPPED })],
      ];
      for (const [change, back] of CHANGES) {
        change();
        expect(isKept()).toBe(false);
        back();
        expect(isKept()).toBe(true);
      }
      setLeastShare(0.5);
      setOtherPrompt("4+5=");
      togglePart(HEAD);
      expect(isKept()).toBe(true);
      // on another tab the link is about the answer
      showTab("heads");
      expect(currentFragment()).not.toContain("ce=");
      showTab("chain");
      expect(isKept()).toBe(true);
    });
  });
});

describe("a text of a million characters", () => {
  const LONG = "3+5=".repeat(250_000);
  const addressNotices = () => notices.getState().list.filter(({ about }) => about === "address");

  test("is left out of the address, which says so once and is whole again with the next prompt", () => {
    model.setState({ choice: SHIPPED });
    togglePart(HEAD);
    setPrompt(LONG);
    expect(decodeFinding(currentFragment()!)).toMatchObject({
      finding: { prompt: "", interventions: [{ ...HEAD, scale: 0 }] },
      notices: [],
    });
    setPrompt(`${LONG}7`);
    currentFragment();
    expect(addressNotices()).toEqual([
      {
        about: "address",
        code: undefined,
        message:
          "What is asked is too long for a link: its texts have 1,000,000 characters, and a link of at most 200,000 is read, escapes included. The address leaves them out; a reload begins without them.",
      },
    ]);
    setPrompt("3+5=");
    expect(decodeFinding(currentFragment()!).finding.prompt).toBe("3+5=");
    expect(addressNotices()).toEqual([]);
  });

  test("is asked for its two ends only, and forgotten with its question", async () => {
    setPrompt(LONG);
    await settleTyping();
    const ends = calls.filter(({ method }) => method === "tokenEnds");
    expect(ends.map(({ prompt, options }) => [(prompt as string).length, options])).toEqual([
      [1_000_000, { most: 128 }],
    ]);
    await last("tokenEnds").answer({
      count: 250_000,
      first: [],
      last: [],
      added: [],
      unknown: { characters: [], count: 0 },
    });
    setPrompt("9-4=");
    await settleTyping();
    setPrompt(LONG);
    await settleTyping();
    expect(calls.filter(({ method, prompt }) => method === "tokenEnds" && prompt === LONG)).toHaveLength(2);
  });
});

test("a recorded finding is shown until the live run, and never claimed as measured", async () => {
  showRecorded({ made_by: "", model: "abacus", prompt: "3+5=", before: prediction(8, -0.5), sweep: SWEEP });
  expect(results.getState().sweep).toMatchObject({ isRecorded: true, about: { token: { text: "8" } } });
  expect(isStale(results.getState().sweep)).toBe(false);
  expect(measuredClaims(results.getState(), question.getState(), 0)).toBeUndefined();
  await answerBefore();
  expect(results.getState().before.isRecorded).toBe(false);
});
