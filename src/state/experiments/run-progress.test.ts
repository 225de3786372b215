import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AskedEngine } from "#test/asked-engine.ts";
import { model } from "../model/model.ts";
import { notices } from "../notices.ts";
import { connectEngine } from "../run/engine-port.ts";
import { showTab } from "../view.ts";
import { editExperiment } from "./form/form.ts";
import { followExperiments, forgetExperiment, runExperiment, stopExperiment } from "./runs.ts";
import { experiments } from "./slots.ts";

/** Twelve seconds of work in 24 steps, as the engine measured it. */
const PLAN = { suite: { cases: 6, complaints: [] }, steps: 24, stepsKept: 0, rows: 24, estimatedMs: 12_000 };

let asked: AskedEngine;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  asked = new AskedEngine();
  connectEngine(asked.engine);
  notices.setState({ list: [] });
  model.setState({
    choice: { id: "abacus", source: { kind: "url", base: "http://here/" } },
    status: { kind: "ready" },
    info: { name: "abacus", source: { kind: "url", name: "http://here/" }, layers: 2, heads: 2 } as never,
  });
  end = followExperiments();
  showTab("experiments");
  editExperiment({ kind: "heads", suite: "pasted", text: "prompt,answer\n1+1=,2" });
});
afterEach(() => {
  end();
  vi.useRealTimers();
});

const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const progress = () => experiments.getState().heads.progress;
async function planned(plan: object) {
  await passes(500);
  await asked.last("planExperiment").answer(plan);
}

test("a run says how long it takes from its first moment on, by its plan, and counts that down", async () => {
  await planned(PLAN);
  const run = runExperiment();
  expect(progress()).toEqual({ done: 0, total: 24, leftMs: 12_000 });
  await passes(2_500);
  expect(progress()).toEqual({ done: 0, total: 24, leftMs: 10_000 });
  await passes(20_000);
  // longer than planned: no time is better than none left
  expect(progress()).toEqual({ done: 0, total: 24, leftMs: undefined });
  stopExperiment();
  await run;
});

test("its own pace is worth more than the plan, as soon as there is one", async () => {
  await planned({ ...PLAN, stepsKept: 4, estimatedMs: 10_000 });
  const run = runExperiment();
  expect(progress()).toEqual({ done: 4, total: 24, leftMs: 10_000 });
  await passes(2_000);
  // 2 of 20 steps in 2 s leave 18 s
  asked.last("runExperiment").onProgress!({ done: 6, total: 24 });
  expect(progress()).toEqual({ done: 6, total: 24, leftMs: 18_000 });
  await passes(5_000);
  expect(progress()?.done).toBe(6);
  stopExperiment();
  await run;
  await passes(5_000);
  expect(progress()).toBeUndefined();
});

test("a run of another experiment stops the one before it, which keeps what it has", async () => {
  await planned(PLAN);
  const first = runExperiment();
  const partial = { kind: "heads", found: {} };
  asked.last("runExperiment").onProgress!({ done: 3, total: 24, partial });
  const { signal } = asked.last("runExperiment");
  editExperiment({ kind: "memorise" });
  const second = runExperiment();
  await first;
  expect(signal!.aborted).toBe(true);
  expect(experiments.getState().heads).toMatchObject({ status: "stopped", value: partial, progress: undefined });
  expect(experiments.getState().memorise.status).toBe("computing");
  stopExperiment();
  await second;
});

test("a run that begins while what is kept is being dropped is shown as it goes", async () => {
  await planned({ ...PLAN, stepsKept: 4 });
  const dropped = forgetExperiment();
  const run = runExperiment();
  await asked.last("forgetExperiment").answer(undefined);
  await dropped;
  expect(experiments.getState().heads.status).toBe("computing");
  stopExperiment();
  await run;
});
