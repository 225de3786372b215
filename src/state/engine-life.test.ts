import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Fault } from "#core/fault.ts";
import type { AdapterInfo, ModelInfo, Prediction, SweepRow } from "#protocol/engine.ts";
import { AskedEngine, settle } from "#test/asked-engine.ts";
import { firstPage } from "#test/first-page.ts";
import { adapter, NO_ADAPTER } from "./model/adapter.ts";
import { attachAdapter } from "./model/attaching.ts";
import { engineSilence, followEngine, restartEngine, startAgain } from "./engine-life.ts";
import { editExperiment } from "./experiments/form/form.ts";
import { followExperiments, runExperiment } from "./experiments/runs.ts";
import { experiments } from "./experiments/slots.ts";
import { drawPlot, followLab } from "./lab/actions.ts";
import { clearLab, lab } from "./lab/tools.ts";
import { offerModel, withdrawOffer, changeModel } from "./model/load-offer.ts";
import { loadOffer } from "./model/offered.ts";
import { stopLoading } from "./model/loading.ts";
import { model } from "./model/model.ts";
import type { ModelChoice } from "./model/model.ts";
import { notices } from "./notices.ts";
import { question, setPrompt } from "./question.ts";
// the second script brings it
import "./run/later-demands.ts";
import { connectEngine } from "./run/engine-port.ts";
import { results } from "./run/results.ts";
import { stopRun } from "./run/runner.ts";
import { followQuestions, pursueNow } from "./run/session.ts";
import { showTab } from "./view.ts";

const CHOICE: ModelChoice = { id: "owner/one", source: { kind: "hub", repo: "owner/one", revision: "c0ffee" } };
const OTHER: ModelChoice = { id: "http://here/two/", source: { kind: "url", base: "http://here/two/" } };
const ADAPTER: ModelChoice = { id: "http://here/lora/", source: { kind: "url", base: "http://here/lora/" } };
const HEAD = { kind: "head", at: { layer: 0, head: 1 }, scale: 0 } as const;
const HUNG = "the engine was ended because it gave no sign any more";

const infoOf = (name: string) =>
  ({
    name,
    source: { kind: "url", name: `http://here/${name}/` },
    layers: 2,
    heads: 2,
    neurons: 4,
    context: 8,
    dtype: "q4",
    backend: "wasm",
    content: name.repeat(4),
  }) as ModelInfo;
const LORA = {
  name: "lora",
  source: { kind: "url", name: "http://here/lora/" },
  content: "l".repeat(64),
  note: "",
} as AdapterInfo;
const prediction = (id: number): Prediction => {
  const target = { id, text: String(id), probability: 0.5, logProbability: Math.log(0.5) };
  return { tokens: [{ id: 1, text: "<s>" }], top: [target], target: { ...target, rank: 0 }, included: [] };
};
const ROW: SweepRow = { layer: 1, logProbability: [-0.5, -3], baseline: -0.5, target: 8 };

let tests = 0;
let asked: AskedEngine;
let ends: (() => void)[];
const messages = () => notices.getState().list.map(({ message }) => message);
/** What the engine is asked to open. */
const loads = () =>
  asked.calls.filter(({ method }) => method === "load").map(({ prompt, options }) => ({ source: prompt, options }));

beforeEach(() => {
  vi.useFakeTimers();
  // long after the losses of the test before
  vi.advanceTimersByTime((tests += 1) * 1_000_000);
  asked = new AskedEngine();
  connectEngine(asked.engine);
  firstPage({ target: 8, interventions: [HEAD], variant: "base" });
  clearLab();
  withdrawOffer();
  adapter.setState(NO_ADAPTER, true);
  model.setState({ choice: CHOICE, dtype: "q4", backend: "wasm", status: { kind: "ready" }, info: infoOf("one") });
  ends = [followEngine(asked.engine), followQuestions(), followLab(), followExperiments()];
});

afterEach(() => {
  for (const end of ends) end();
  vi.useRealTimers();
});

async function answerBefore() {
  pursueNow();
  await asked.last("predict").answer(prediction(8));
}

describe("silence", () => {
  test("is known while it lasts", () => {
    asked.tellSilence(60_000);
    expect(engineSilence.getState().ms).toBe(60_000);
    asked.tellSilence(undefined);
    expect(engineSilence.getState().ms).toBeUndefined();
  });
});

describe("a restart at a person's word", () => {
  test("while predicting opens the same model and asks the same question, with all that was set", async () => {
    adapter.setState({ choice: ADAPTER, status: { kind: "attached", info: LORA } });
    question.setState({ variant: "adapted" });
    pursueNow();
    expect(results.getState().prediction.status).toBe("computing");
    restartEngine();
    await settle();
    expect(loads()).toEqual([
      { source: CHOICE.source, options: { dtype: "q4", backend: "wasm", adapter: ADAPTER.source } },
    ]);
    await asked.last("load").answer({ ...infoOf("one"), lora: LORA });
    await settle();
    expect(asked.last("predict")).toMatchObject({ prompt: "3+5=", options: { target: 8, variant: "adapted" } });
    await asked.last("predict").answer(prediction(8));
    await settle();
    expect(asked.last("predict").options).toMatchObject({ interventions: [HEAD], variant: "adapted" });
    expect(messages()).toEqual([`${HUNG}. The model was loaded again, and everything is computed anew.`]);
  });

  test("while sweeping keeps what has arrived to be seen, and sweeps again", async () => {
    await answerBefore();
    asked.last("sweepHeads").onProgress!(ROW);
    restartEngine();
    await settle();
    expect(results.getState().sweep.value!.logProbability[1]).toEqual(ROW.logProbability);
    await asked.last("load").answer(infoOf("one"));
    await settle();
    await asked.last("predict").answer(prediction(8));
    expect(asked.last("sweepHeads").options).toMatchObject({ target: 8 });
  });

  test("leaves a sweep stopped that a person had stopped", async () => {
    await answerBefore();
    asked.last("sweepHeads").onProgress!(ROW);
    stopRun("sweep");
    restartEngine();
    await asked.last("load").answer(infoOf("one"));
    await settle();
    await asked.last("predict").answer(prediction(8));
    await settle();
    const { status, value } = results.getState().sweep;
    expect([status, value!.logProbability[1]]).toEqual(["stopped", ROW.logProbability]);
  });

  test("while a chain is put together leaves it stopped, and another prompt asks anew", async () => {
    await answerBefore();
    showTab("chain");
    await settle();
    asked.last("chain").onProgress!({ done: 0.5, total: 1 });
    const before = asked.calls.filter(({ method }) => method === "chain").length;
    restartEngine();
    await settle();
    expect(results.getState().chain.status).toBe("stopped");
    await asked.last("load").answer(infoOf("one"));
    await settle();
    await asked.last("predict").answer(prediction(8));
    await settle();
    expect(results.getState().chain.status).toBe("stopped");
    const chains = () => asked.calls.filter(({ method }) => method === "chain").slice(before);
    expect(chains().map(({ options }) => options["interventions"])).not.toContainEqual([]);
    setPrompt("4+5=");
    await vi.advanceTimersByTimeAsync(500);
    await asked.last("predict").answer(prediction(8));
    await settle();
    expect(chains().some(({ prompt, options }) => prompt === "4+5=" && options["interventions"] !== undefined)).toBe(
      true,
    );
  });

  test("while the lab draws keeps what is drawn, as stopped", async () => {
    drawPlot();
    asked.last("operandPlot").onProgress!({ done: 1, total: 4, values: [[0.25]] });
    restartEngine();
    await settle();
    await asked.last("load").answer(infoOf("one"));
    await settle();
    expect(lab.getState().plot).toMatchObject({ status: "stopped", value: { values: [[0.25]] }, progress: undefined });
  });

  test("has the lab's index built again where somebody looks at it", async () => {
    showTab("lab");
    await settle();
    expect(asked.waiting("buildIndex")).toHaveLength(1);
    restartEngine();
    await asked.last("load").answer(infoOf("one"));
    await settle();
    expect(asked.waiting("buildIndex")).toHaveLength(2);
  });

  test("while an experiment runs keeps what is found of it, as stopped", async () => {
    editExperiment({ kind: "heads", suite: "pasted", text: "prompt,answer\n1+1=,2" });
    const run = runExperiment();
    const partial = { kind: "heads", found: { heads: [] } };
    asked.last("runExperiment").onProgress!({ done: 1, total: 4, partial });
    restartEngine();
    await run;
    await asked.last("load").answer(infoOf("one"));
    await settle();
    expect(experiments.getState().heads).toMatchObject({ status: "stopped", value: partial, progress: undefined });
    expect(messages()).toHaveLength(1);
  });

  test("while loading opens what was being opened, and leaves the old model's results once it is there", async () => {
    await answerBefore();
    const change = changeModel(OTHER, { dtype: "q8" });
    restartEngine();
    await change;
    expect(loads().at(-1)).toEqual({ source: OTHER.source, options: { dtype: "q8", backend: "wasm" } });
    expect(question.getState().interventions).toEqual([HEAD]);
    await asked.last("load").answer(infoOf("two"));
    await settle();
    expect(model.getState()).toMatchObject({ choice: OTHER, dtype: "q8", status: { kind: "ready" } });
    expect([question.getState().interventions, results.getState().prediction.value]).toEqual([[], undefined]);
  });

  test("while loading what cannot be opened goes back to the model before, and says why", async () => {
    await answerBefore();
    const change = changeModel(OTHER);
    restartEngine();
    await change;
    await asked.last("load").fail(new Fault("bad-file", "config.json is not JSON"));
    expect(loads().at(-1)).toEqual({ source: CHOICE.source, options: { dtype: "q4", backend: "wasm" } });
    await asked.last("load").answer(infoOf("one"));
    await settle();
    expect(model.getState()).toMatchObject({ choice: { id: CHOICE.id }, status: { kind: "ready" } });
    expect(messages()).toEqual([
      "config.json is not JSON",
      `${HUNG}. http://here/two/ was not opened, and the model before it was loaded again, and everything is computed anew.`,
    ]);
    expect(question.getState()).toMatchObject({ prompt: "3+5=", target: 8, interventions: [HEAD] });
    expect(asked.last("predict").prompt).toBe("3+5=");
  });

  test("while an adapter is on its way opens the model with the one before, and asks for the new one again", async () => {
    const newer: ModelChoice = { id: "http://here/newer/", source: { kind: "url", base: "http://here/newer/" } };
    adapter.setState({ choice: ADAPTER, status: { kind: "attached", info: LORA } });
    const attach = attachAdapter(newer);
    restartEngine();
    await attach;
    await settle();
    expect(loads().at(-1)!.options).toMatchObject({ adapter: ADAPTER.source });
    await asked.last("load").answer({ ...infoOf("one"), lora: LORA });
    await settle();
    expect(asked.last("attachAdapter").prompt).toEqual(newer.source);
    await asked.last("attachAdapter").answer({ ...LORA, name: "newer", content: "n".repeat(64) });
    await settle();
    expect(adapter.getState()).toMatchObject({ choice: newer, status: { kind: "attached" } });
    expect(question.getState().variant).toBe("adapted");
  });

  test("while a checkpoint is looked at looks again", async () => {
    const offer = offerModel(OTHER);
    restartEngine();
    await offer;
    await settle();
    await asked.last("load").answer(infoOf("one"));
    await settle();
    expect(asked.waiting("inspectCheckpoint").at(-1)!.prompt).toEqual(OTHER.source);
    expect(loadOffer.getState()).toMatchObject({ kind: "inspecting", choice: OTHER });
  });

  test.each<[string, () => void]>([
    ["a link only offers", () => model.setState({ choice: OTHER, status: { kind: "offered" } })],
    [
      "a person has stopped loading",
      () => {
        void changeModel(OTHER);
        stopLoading();
      },
    ],
  ])("opens nothing that %s", async (_what, reach) => {
    reach();
    const before = loads().length;
    restartEngine();
    await settle();
    expect(loads()).toHaveLength(before);
  });

  test("may be as often as a person likes", async () => {
    for (let time = 0; time < 5; time++) {
      restartEngine();
      await asked.last("load").answer(infoOf("one"));
    }
    expect(model.getState().status.kind).toBe("ready");
  });
});

describe("a model that ends the engine as it is opened", () => {
  const crash = async () => {
    asked.stop(new Fault("engine-stopped", "out of memory"));
    await settle();
  };

  test("is tried once more, then the model before is opened and nothing of its question is lost", async () => {
    await answerBefore();
    void changeModel(OTHER, { dtype: "q8" });
    await crash();
    expect(loads().at(-1)).toEqual({ source: OTHER.source, options: { dtype: "q8", backend: "wasm" } });
    await crash();
    expect(loads().at(-1)).toEqual({ source: CHOICE.source, options: { dtype: "q4", backend: "wasm" } });
    await asked.last("load").answer(infoOf("one"));
    await settle();
    expect(model.getState()).toMatchObject({ choice: { id: CHOICE.id }, dtype: "q4", status: { kind: "ready" } });
    expect(question.getState()).toMatchObject({ prompt: "3+5=", target: 8, interventions: [HEAD] });
    expect(messages()).toEqual([
      "out of memory. http://here/two/ was not opened, and the model before it was loaded again, and everything is computed anew.",
    ]);
  });
});

describe("an engine that is lost three times within a minute", () => {
  const lose = async (times: number) => {
    for (let time = 0; time < times; time++) {
      pursueNow();
      asked.stop(new Fault("engine-stopped", "the worker stopped"));
      await settle();
    }
  };

  test("is not started a fourth time, and that is said in one place", async () => {
    await lose(2);
    expect([model.getState().status.kind, loads().length]).toEqual(["loading", 2]);
    expect(messages()).toEqual(["the worker stopped"]);
    await lose(1);
    expect(loads()).toHaveLength(2);
    expect(model.getState().status).toMatchObject({ kind: "lost", times: 3, fault: { message: "the worker stopped" } });
    expect(messages()).toEqual([]);
    expect(question.getState()).toMatchObject({ prompt: "3+5=", target: 8, interventions: [HEAD] });
  });

  test("goes on at a person's word, also on another backend, and is then started by itself again", async () => {
    await lose(3);
    void startAgain({ backend: "wasm" });
    expect(loads().at(-1)).toEqual({ source: CHOICE.source, options: { dtype: "q4", backend: "wasm" } });
    await lose(1);
    expect([model.getState().status.kind, loads().length]).toEqual(["loading", 4]);
    await asked.last("load").answer(infoOf("one"));
    await settle();
    expect(asked.last("predict").prompt).toBe("3+5=");
  });
});
