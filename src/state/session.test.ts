import { describe, expect, test } from "vitest";
import { Fault } from "#core/fault.ts";
import type { SweepRow } from "#protocol/engine.ts";
import { settle } from "#test/asked-engine.ts";
import { askedSession, HEAD, INFO, OTHER, prediction, SHIPPED, SWEEP } from "#test/asked-session.ts";
import { crowdedChain } from "#test/chains.ts";
import { setPredictingHead, setPublished } from "./chain-view.ts";
import { measuredClaims } from "./link/claims.ts";
import { openLink } from "./link/links.ts";
import { loadModel } from "./model/loading.ts";
import { changeModel } from "./model/load-offer.ts";
import { model } from "./model/model.ts";
import { notices } from "./notices.ts";
import { question, setPrompt, setAblationSource, togglePart, undo } from "./question.ts";
import { showRecorded } from "./first-look/recorded.ts";
import { isStale, results } from "./run/results.ts";
import { askAgain, stopRun } from "./run/runner.ts";
import { pursueNow, stopAsked } from "./run/session.ts";
import { modelNow } from "./subject.ts";
import { chooseTarget, typeTarget } from "./targets.ts";
import { showTab, view } from "./view.ts";

const { calls, waiting, last, stop, settleTyping, answerBefore } = askedSession();

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
    expect(results.getState().chainAblated.value).toBe(after);
    expect(results.getState().chain.value!.baseline).toBe(-0.1);
    // on again: nothing is computed anew
    const { length } = calls().filter(({ method }) => method === "chain");
    togglePart(HEAD);
    await settle();
    expect(calls().filter(({ method }) => method === "chain")).toHaveLength(length);
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

  test("stopped between a keystroke and its question stays stopped for that question, and for no other", async () => {
    await answerBefore();
    showTab("chain");
    await settle();
    setPrompt("4+5=");
    // the earlier prompt's chain is still under way, and its Stop is there to be pressed
    stopAsked("chain");
    await settleTyping();
    expect(last("predict").prompt).toBe("4+5=");
    await last("predict").answer(prediction(9, -0.5));
    await settle();
    expect(chains()).toEqual([]);
    expect(results.getState().chain.status).toBe("stopped");
    setPrompt("6+1=");
    await settleTyping();
    await last("predict").answer(prediction(7, -0.5));
    await settle();
    expect(chains()).toEqual([["6+1=", []]]);
  });

  test("stopped there is asked where another question was typed in its place, and again at a person's word", async () => {
    await answerBefore();
    showTab("chain");
    await settle();
    setPrompt("4+5=");
    stopAsked("chain");
    setPrompt("6+1=");
    await settleTyping();
    await last("predict").answer(prediction(7, -0.5));
    await settle();
    expect(chains()).toEqual([["6+1=", []]]);
    setPrompt("4+5=");
    stopAsked("chain");
    await settleTyping();
    await last("predict").answer(prediction(9, -0.5));
    await settle();
    expect(results.getState().chain.status).toBe("stopped");
    askAgain("chain");
    pursueNow();
    expect(chains()).toEqual([["4+5=", []]]);
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
    expect(calls().map((call) => call.method)).toEqual(["tokenEnds", "predict"]);
    await last("predict").answer(prediction(8, -0.5));
    expect(last("sweepHeads").options).toEqual({ target: 8, rowByRow: true });
  });

  test("does not ask twice for one thing", async () => {
    await answerBefore();
    const count = calls().length;
    pursueNow();
    pursueNow();
    expect(calls()).toHaveLength(count);
  });

  test("a newer question cancels the older one, and the old answer stays to be seen", async () => {
    await answerBefore();
    const sweep = last("sweepHeads");
    setPrompt("45+27=");
    await settleTyping();
    expect(sweep.signal!.aborted).toBe(true);
    expect(results.getState().prediction).toMatchObject({ status: "computing", value: { target: { id: 8 } } });
    expect(isStale(results.getState().prediction)).toBe(true);
  });

  test("a long prediction tells how far it is, is stopped at a person's word, and makes way for a newer prompt", async () => {
    pursueNow();
    const long = last("predict");
    long.onProgress!({ done: 3, total: 32 });
    expect(results.getState().prediction.progress).toMatchObject({ done: 3, total: 32 });
    stopRun("prediction");
    expect(long.signal!.aborted).toBe(true);
    pursueNow();
    await settle();
    expect([results.getState().prediction.status, waiting("predict")]).toEqual(["stopped", []]);
    askAgain("prediction");
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
    expect(results.getState().predictionAblated.value?.target.logProbability).toBe(-3);
    togglePart(HEAD);
    await settle();
    const count = calls().length;
    togglePart(HEAD);
    await settle();
    expect(calls()).toHaveLength(count);
    expect(results.getState().predictionAblated.status).toBe("done");
  });

  test("lays the run with a part off beside the clean one in one request", async () => {
    await answerBefore();
    const count = calls().filter(({ method }) => method === "predict").length;
    togglePart(HEAD);
    await settle();
    const clean = { ...prediction(8, -0.5), included: prediction(4, -9).top };
    await last("predict").answer({ ...prediction(4, -0.2), target: { ...prediction(8, -3).target }, clean });
    expect(calls().filter(({ method }) => method === "predict")).toHaveLength(count + 1);
    expect(results.getState().predictionAblated.value?.clean?.included[0]?.logProbability).toBe(-9);
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
    expect(results.getState().prediction.value).toBeDefined();
    expect(isStale(results.getState().prediction)).toBe(true);
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
      { about: "prediction", code: "prompt-too-long", message: "the prompt has 9 tokens" },
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
    expect(results.getState().prediction.value?.target.id).toBe(8);
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
      past: [...past, { ...past[0]!, interventions: [{ kind: "neuron", at: { layer: 0, neuron: 4 }, scale: 0 }] }],
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

const RECORDED = { ablationSource: ["1+2=", "2+4="], before: prediction(8, -0.5), sweep: SWEEP };

test.each<[what: string, asked: string[]]>([
  ["zero", []],
  ["other prompts", ["1+2=", "2+5="]],
])("a map that was recorded by the mean is not shown where what is off is as %s have it", (_what, asked) => {
  setAblationSource(asked);
  showRecorded({ made_by: "", model: "abacus", prompt: "3+5=", ...RECORDED });
  expect(results.getState().sweep.value).toBeUndefined();
});

test("a recorded finding is shown until the live run, and never claimed as measured", async () => {
  setAblationSource(RECORDED.ablationSource);
  showRecorded({ made_by: "", model: "abacus", prompt: "3+5=", ...RECORDED });
  expect(results.getState().sweep).toMatchObject({ isRecorded: true, about: { token: { text: "8" } } });
  expect(isStale(results.getState().sweep)).toBe(false);
  expect(measuredClaims(results.getState(), question.getState(), 0)).toBeUndefined();
  await answerBefore();
  expect(results.getState().prediction.isRecorded).toBe(false);
});
