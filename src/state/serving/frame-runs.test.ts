import "../experiments/behind-door.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AdapterInfo } from "#protocol/engine.ts";
import { askedSession, HEAD, INFO, SHIPPED } from "#test/asked-session.ts";
import { FIRST_FORM, experimentForm } from "../experiments/form/form.ts";
import { followExperiments, runExperiment } from "../experiments/runs.ts";
import { experiments } from "../experiments/slots.ts";
import { offerSuites } from "../experiments/suites.ts";
import { followLab } from "../lab/actions.ts";
import { followPatches } from "../lab/patching.ts";
import { clearLab, lab } from "../lab/tools.ts";
import { NO_FINDING } from "../link/finding.ts";
import type { Finding } from "../link/finding.ts";
import { openFinding } from "../link/open-finding.ts";
import { adapter, attached, NO_ADAPTER } from "../model/adapter.ts";
import { model } from "../model/model.ts";
import { notices } from "../notices.ts";
import { hover } from "../view.ts";
import { followFrame } from "./frame-runs.ts";
import { setFramed } from "./embedded.ts";

const { calls, last, answerBefore } = askedSession();
const settle = () => vi.advanceTimersByTimeAsync(1_000);
const LINK: Finding = { ...NO_FINDING, prompt: "3+5=" };
const FORM = { ...FIRST_FORM, kind: "heads", suite: "pasted", text: "3+5=,8" } as const;
const PLAN = { suite: {}, steps: 4, stepsKept: 0, rows: 8, estimatedMs: 5_000 };
let ends: (() => void)[];

beforeEach(() => {
  setFramed(true);
  clearLab();
  experiments.setState(experiments.getInitialState(), true);
  experimentForm.setState(FIRST_FORM, true);
  offerSuites([]);
  ends = [followLab(), followExperiments(), followFrame()];
});

afterEach(() => {
  setFramed(false);
  adapter.setState(NO_ADAPTER, true);
  for (const end of ends) end();
});

/** What the frame of a link asks of the engine, beside the model's own loading. */
async function askedBy(link: Partial<Finding>): Promise<string[]> {
  openFinding({ ...LINK, ...link }, [SHIPPED]);
  await settle();
  await answerBefore();
  await settle();
  return [...new Set(calls().map(({ method }) => method))].sort();
}

describe("a frame asks for what its figure needs, and no more", () => {
  test.each<[string, Partial<Finding>, string[]]>([
    ["the map of heads", { view: "heads" }, ["predict", "sweepHeads", "tokenEnds"]],
    ["the lens", { view: "heads", reading: { look: "lens" } }, ["logitLens", "predict", "tokenEnds"]],
    ["the neurons", { view: "neurons" }, ["predict", "tokenEnds", "topNeurons"]],
    ["patches", { view: "patch", patch: { corrupted: "4+5=" } }, ["patch", "predict", "tokenEnds"]],
    [
      "a plot",
      { view: "lab", plot: { quantity: "activation", part: "L1N2" } },
      ["operandPlot", "predict", "tokenEnds"],
    ],
    ["the lab without a plot", { view: "lab" }, ["predict", "tokenEnds"]],
    [
      "an experiment, which it plans first",
      { view: "experiments", experiment: FORM },
      ["planExperiment", "predict", "tokenEnds"],
    ],
  ])("%s", async (_what, link, asked) => {
    expect(await askedBy(link)).toEqual(asked);
  });
});

const runs = () => calls().filter(({ method }) => method === "runExperiment").length;

test("an experiment is run by itself, once", async () => {
  await askedBy({ view: "experiments", experiment: FORM });
  await last("planExperiment").answer(PLAN);
  expect(runs()).toBe(1);
  await last("runExperiment").fail(new Error("no"));
  await settle();
  expect(runs()).toBe(1);
});

test("one of minutes waits for a press", async () => {
  await askedBy({ view: "experiments", experiment: FORM });
  await last("planExperiment").answer({ ...PLAN, estimatedMs: 120_000 });
  await settle();
  expect(runs()).toBe(0);
  void runExperiment();
  expect(runs()).toBe(1);
  await last("runExperiment").fail(new Error("no"));
});

test("a saved result that the link names stands in place of a run", async () => {
  const result = { address: "http://there/result.json", sha256: "a".repeat(64) };
  await askedBy({ view: "experiments", experiment: FORM, result });
  await last("planExperiment").answer(PLAN);
  await settle();
  expect(runs()).toBe(0);
});

test("patches that the link claims numbers of are asked for once", async () => {
  for (const end of ends) end();
  ends = [followLab(), followPatches(), followFrame()];
  model.setState({ status: { kind: "offered" } });
  const expected = { patch: [{ name: "clean", value: 13.7742 }] };
  openFinding({ ...LINK, view: "patch", patch: { corrupted: "4+5=" }, expected }, [SHIPPED]);
  await settle();
  await last("load").answer(INFO);
  await settle();
  expect(calls().filter(({ method }) => method === "patch")).toHaveLength(1);
});

test.each([true, false])("patches with an adapter wait until it is there, in a frame: %s", async (isFrame) => {
  setFramed(isFrame);
  ends.push(followPatches());
  const adapted = { variant: "adapted", adapter: "https://a.org/lora/" } as const;
  const expected = { patch: [{ name: "clean", value: 13.7742 }] };
  openFinding({ ...LINK, ...adapted, view: "patch", patch: { corrupted: "4+5=" }, expected }, [SHIPPED]);
  await settle();
  // whatever is looked at meanwhile
  hover(HEAD);
  const patches = () => calls().filter(({ method }) => method === "patch");
  expect(patches()).toEqual([]);
  attached(
    adapter.getState().choice!,
    { source: { kind: "url", name: "https://a.org/lora/" } } as AdapterInfo,
    "abacus",
  );
  await settle();
  expect(patches()).toHaveLength(1);
});

test("a plot of a part that the model does not have is complained of, and asked for no more", async () => {
  await askedBy({ view: "lab", plot: { quantity: "head", part: "L9H0" } });
  expect(calls().filter(({ method }) => method === "operandPlot")).toEqual([]);
  expect(
    notices
      .getState()
      .list.map(({ message }) => message)
      .join(),
  ).toMatch(/The link’s plot: .*L9H0/);
});

test("of another link the figure is asked for by that link's fields", async () => {
  await askedBy({ view: "lab", plot: { quantity: "activation", part: "L1N2" } });
  await last("operandPlot").answer({ values: [[1]], answers: [["8"]], unanswered: 0, lengths: [5] });
  openFinding({ ...LINK, view: "lab", plot: { quantity: "head", part: "L1H0" } }, [SHIPPED]);
  await settle();
  expect(
    calls()
      .filter(({ method }) => method === "operandPlot")
      .map(({ prompt }) => prompt),
  ).toMatchObject([
    { quantity: { kind: "activation", at: { layer: 1, neuron: 2 } } },
    { quantity: { kind: "head", at: { layer: 1, head: 0 } } },
  ]);
});

test("the page draws the plot of a link too, and only once it is looked at", async () => {
  setFramed(false);
  openFinding({ ...LINK, view: "heads", plot: { quantity: "activation", part: "L1N2" } }, [SHIPPED]);
  await settle();
  expect(lab.getState().plot.status).toBe("idle");
  openFinding({ ...LINK, view: "lab", plot: { quantity: "activation", part: "L1N2" } }, [SHIPPED]);
  await settle();
  expect(last("operandPlot").prompt).toMatchObject({ quantity: { kind: "activation", at: { layer: 1, neuron: 2 } } });
});
