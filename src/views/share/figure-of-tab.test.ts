import "#state/experiments/behind-door.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { publishedChain } from "#analysis/chain/published.ts";
import { publishedChains, setPublished } from "#state/chain-view.ts";
import { experimentForm } from "#state/experiments/form/form.ts";
import { linkedResult, withdrawResult } from "#state/experiments/linked-result.ts";
import { picked } from "#state/experiments/picked.ts";
import { EMPTY, experiments } from "#state/experiments/slots.ts";
import { DEFAULT_CHAIN, DEFAULT_READING, LOOKS, VIEWS } from "#state/link/finding.ts";
import { drawPlot, searchConcepts } from "#state/lab/actions.ts";
import { forms } from "#state/lab/forms.ts";
import { drawPatches } from "#state/lab/patching.ts";
import { patchForm } from "#state/lab/patch-form.ts";
import { clearLab } from "#state/lab/tools.ts";
import { model } from "#state/model/model.ts";
import { question, togglePart } from "#state/question.ts";
import { connectEngine } from "#state/run/engine-port.ts";
import "#state/run/later-demands.ts";
import { clearResults } from "#state/run/results.ts";
import { forgetRuns } from "#state/run/runner.ts";
import { followQuestions, pursueNow } from "#state/run/session.ts";
import { subjectNow } from "#state/subject.ts";
import { DEFAULT_SORT, setReading, showTab, view } from "#state/view.ts";
import record from "../../../public/findings/llama-7b-3plus5.json" with { type: "json" };
import { exportingEngine, infoOf } from "#test/exporting-engine.ts";
import { FORGED } from "#test/forged-result.ts";
import type { Mark } from "#charts/marks/mark.ts";
import { titleFor } from "../exports/drawn.ts";
import type { Stamp } from "../exports/drawn.ts";
import { csvFile, jsonFile, pythonFile, svgFile } from "../exports/files.ts";
import { figureNow } from "./figure-of-tab.ts";

const STAMP: Stamp = { version: "9.9.9", date: new Date("2026-11-29T06:00:00Z"), address: "http://here/" };
const OFF = { kind: "head", at: { layer: 0, head: 0 } } as const;
const FILE = { isDark: false, isPlain: false };
const settle = () => vi.advanceTimersByTimeAsync(1_000);
let end: () => void;
let engine: ReturnType<typeof exportingEngine>;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("__VERSION__", STAMP.version);
  vi.stubGlobal("location", new URL(STAMP.address));
  clearResults();
  forgetRuns();
  clearLab();
  question.setState({ prompt: "3+5=", target: undefined, interventions: [], ablationSource: undefined, past: [] });
  view.setState({
    tab: "heads",
    selected: undefined,
    sort: DEFAULT_SORT,
    chain: DEFAULT_CHAIN,
    reading: DEFAULT_READING,
  });
  experiments.setState(experiments.getInitialState(), true);
  engine = exportingEngine();
  connectEngine(engine.engine);
  const choice = { id: "abacus", source: { kind: "url", base: "http://here/models/abacus/" } } as const;
  const info = infoOf("abacus", "q8");
  model.setState({ choice, dtype: "q8", backend: "auto", status: { kind: "ready" }, info });
  end = followQuestions();
  pursueNow();
});

afterEach(() => {
  end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The figure that is drawn, with all that leaves the page of it. */
function drawnNow() {
  const { drawn } = figureNow();
  if (!drawn) throw new Error("nothing is drawn");
  return {
    name: drawn.name,
    view: drawn.link?.view,
    says: drawn.says(false).filter((each) => each !== "").length > 0,
    csv: csvFile(drawn, STAMP).content.length > 0,
    json: jsonFile(drawn, STAMP).content.length > 0,
    svg: svgFile(drawn, STAMP) !== undefined,
    python: pythonFile(drawn) !== undefined,
  };
}

const files = { says: true, csv: true, json: true };

test.each(VIEWS)("the tab of %s says in a sentence that there is nothing yet", (tab) => {
  showTab(tab);
  const { drawn, ...why } = figureNow();
  expect(drawn).toBeUndefined();
  expect(why).toEqual({ none: expect.stringMatching(/^[A-Z][^.]+\.$/) as string });
});

describe("heads", () => {
  test("the map, that of what is off, and two beside each other", async () => {
    await settle();
    expect(drawnNow()).toEqual({ name: "heads", view: "heads", svg: true, python: true, ...files });
    togglePart(OFF);
    setReading({ isUnder: true });
    await settle();
    expect(drawnNow()).toEqual({ name: "heads-under", view: "heads", svg: true, python: true, ...files });
    togglePart(OFF);
    setReading({ other: "4+5=" });
    expect(figureNow()).toEqual({ none: "The second map is still to come." });
    await settle();
    expect(drawnNow()).toEqual({ name: "heads-beside", view: "heads", svg: true, python: true, ...files });
    expect(figureNow().drawn!.link!.reading).toEqual({ other: "4+5=" });
  });

  test.each(LOOKS.filter((look) => look !== "effect"))("the look %s", async (look) => {
    setReading({ look });
    await settle();
    const name = look === "scores" ? "head-scores" : look;
    expect(drawnNow()).toEqual({ name, view: "heads", svg: true, python: false, ...files });
    expect(figureNow().drawn!.link!.reading!.look).toBe(look);
  });
});

test("chain: the prompt's own, two beside each other, and a published one", async () => {
  showTab("chain");
  await settle();
  expect(drawnNow()).toEqual({ name: "chain", view: "chain", svg: true, python: true, ...files });
  view.setState({ chain: { ...DEFAULT_CHAIN, other: "4+5=" } });
  await settle();
  expect(figureNow().drawn!.title).toContain("“3+5=” and “4+5=”");
  setPublished("llama-7b-3plus5");
  expect(figureNow()).toEqual({ none: "The published numbers could not be read." });
  publishedChains.setState({ "llama-7b-3plus5": publishedChain(record) });
  expect(drawnNow()).toMatchObject({ name: "chain", view: "chain", svg: true, python: true });
  expect(figureNow().drawn!.link!.chain).toEqual({ published: "llama-7b-3plus5" });
});

test("neurons: those with the most to say, and with something off the comparison", async () => {
  showTab("neurons");
  await settle();
  expect(drawnNow()).toEqual({ name: "top-neurons", view: "neurons", svg: false, python: true, ...files });
  togglePart(OFF);
  expect(figureNow()).toEqual({ none: "The neurons are not compared yet." });
  await settle();
  expect(drawnNow()).toEqual({ name: "neurons", view: "neurons", svg: false, python: true, ...files });
  // what was compared is not what is listed once nothing is off
  togglePart(OFF);
  expect(drawnNow().name).toBe("top-neurons");
});

test("patch: the map of patches", async () => {
  showTab("patch");
  drawPatches();
  await settle();
  expect(drawnNow()).toEqual({ name: "patching", view: "patch", svg: true, python: false, ...files });
});

test("lab: the plot, and until one is drawn a list, which no frame can show", async () => {
  showTab("lab");
  searchConcepts();
  await settle();
  expect(drawnNow()).toMatchObject({ name: "concept-search", svg: false });
  expect(figureNow()).toMatchObject({ unframed: expect.stringContaining("No link holds this list") as string });
  forms.setState((state) => ({ plot: { ...state.plot, quantity: "activation", part: "L1N2", to: 0 } }));
  drawPlot();
  await settle();
  expect(drawnNow()).toEqual({ name: "operand-plot", view: "lab", svg: true, python: false, ...files });
  expect(figureNow()).not.toHaveProperty("unframed");
});

test("experiments: the main figure of the kind that is shown; one of a file is in no frame", async () => {
  await settle();
  showTab("experiments");
  experimentForm.setState({ kind: "heads" });
  const from = { about: subjectNow()!, form: experimentForm.getState() };
  experiments.setState({ heads: { ...EMPTY, status: "done", value: FORGED, from } });
  expect(drawnNow()).toEqual({ name: "head-table", view: "experiments", svg: true, python: false, ...files });
  expect(figureNow()).not.toHaveProperty("unframed");
  experiments.setState({ heads: { ...EMPTY, status: "done", value: FORGED } });
  expect(figureNow()).toMatchObject({ unframed: expect.stringContaining("No link leads to this result") as string });
  const named = { address: "http://here/heads.json", sha256: "0f".repeat(32) };
  // which the link names, and is not what is shown
  linkedResult.setState({ kind: "offered", named }, true);
  expect(figureNow()).toMatchObject({ unframed: expect.stringContaining("No link leads to this result") as string });
  const saved = { model: undefined, link: "", finding: undefined };
  experiments.setState({ heads: { ...EMPTY, status: "done", value: FORGED, saved } });
  linkedResult.setState({ kind: "shown", named, as: "heads", saved }, true);
  expect(figureNow()).not.toHaveProperty("unframed");
  const elsewhere = { ...named, address: "https://results.example/heads.json" };
  linkedResult.setState({ kind: "shown", named: elsewhere, as: "heads", saved }, true);
  expect(figureNow()).toMatchObject({ unframed: expect.stringContaining("lies on another host") as string });
  experimentForm.setState({ kind: "bias" });
  expect(figureNow()).toEqual({ none: "This experiment was not run yet." });
  withdrawResult();
});

/** All that a frame writes of what is drawn: its title, sentences, and the texts of its figure or the cells of its table. */
function frameTexts(isPlain: boolean): readonly string[] {
  const { drawn } = figureNow();
  if (!drawn) throw new Error("nothing is drawn");
  const { table, plainTable = table, figure } = drawn;
  const { header, rows } = isPlain ? plainTable() : table();
  const listed = figure ? [] : [...header, ...rows.flat().map(String)];
  const marks = figure ? textsOf(figure({ width: 560, isDark: false, isPlain }).marks) : [];
  return [titleFor(drawn, isPlain), ...drawn.says(isPlain), ...marks, ...listed];
}

const textsOf = (marks: readonly Mark[]): readonly string[] =>
  marks.flatMap(({ tag, text, children = [] }) => [
    ...(text === undefined || tag === "style" ? [] : [text]),
    ...textsOf(children),
  ]);

/** What a student is not to read without having asked. */
const IN_NATS = /\bnats\b|log p\b|Certified|increase|activation/i;

describe("a frame says in plain words what the page says so, and with the researcher’s numbers has nats", () => {
  /** The texts with nats in the plain view, and whether the other one has any. */
  const found = (words = IN_NATS) => ({
    plain: frameTexts(true).filter((each) => words.test(each)),
    hasNats: frameTexts(false).some((each) => words.test(each)),
  });
  const BOTH = { plain: [], hasNats: true };

  test.each(["effect", "direct", "scores"] as const)("heads by the look %s", async (look) => {
    setReading({ look });
    await settle();
    expect(found()).toEqual(BOTH);
  });

  test("the lens, whose cells are probabilities", async () => {
    setReading({ look: "lens" });
    await settle();
    expect(frameTexts(true).filter((each) => IN_NATS.test(each))).toEqual([]);
  });

  test("two maps, and that of what is off", async () => {
    setReading({ other: "4+5=" });
    await settle();
    expect(figureNow().drawn!.name).toBe("heads-beside");
    expect(found()).toEqual(BOTH);
    view.setState({ reading: { ...DEFAULT_READING, isUnder: true } });
    togglePart(OFF);
    await settle();
    expect(figureNow().drawn!.name).toBe("heads-under");
    expect(found()).toEqual(BOTH);
  });

  // activations stand on edges and in what is said of them, in either view
  test.each([false, true])("the chain, edges measured: %s", async (isMeasured) => {
    view.setState({ tab: "chain", chain: { ...DEFAULT_CHAIN, ...(isMeasured && { isMeasured }) } });
    await settle();
    expect(found(/\bnats\b|log p\b/)).toEqual(BOTH);
    togglePart(OFF);
    await settle();
    expect(found(/\bnats\b|log p\b/)).toEqual(BOTH);
  });

  test("neurons, those with the most to say and compared", async () => {
    showTab("neurons");
    await settle();
    expect(found()).toEqual(BOTH);
    expect(figureNow().drawn!.plainTable!().header).toEqual([
      "neuron",
      "makes the answer, read off at its layer",
      "promotes",
    ]);
    togglePart(OFF);
    await settle();
    expect(found()).toEqual(BOTH);
    expect(figureNow().drawn!.plainTable!().header).toEqual([
      "neuron",
      "loses",
      "makes the answer, read off at its layer, before",
      "makes the answer, read off at its layer, after",
      "promotes",
    ]);
  });

  test("patches by the log-probability", async () => {
    patchForm.setState({ metric: "logProbability" });
    showTab("patch");
    drawPatches();
    await settle();
    expect(frameTexts(true).filter((each) => IN_NATS.test(each))).toEqual([]);
  });

  test.each(["head", "logProbability"] as const)("the lab’s plot of %s", async (quantity) => {
    forms.setState((state) => ({ plot: { ...state.plot, quantity, part: "L0H1", to: 3 } }));
    showTab("lab");
    drawPlot();
    await settle();
    expect(found()).toEqual(BOTH);
  });

  test("the table of an experiment by what the answer loses", () => {
    showTab("experiments");
    experimentForm.setState({ kind: "heads" });
    picked.setState({ heads: { measure: "change" } });
    experiments.setState({ heads: { ...EMPTY, status: "done", value: FORGED } });
    expect(found()).toEqual(BOTH);
  });
});

test("every figure heeds the width and is for the paper that is asked for", async () => {
  forms.setState((state) => ({ plot: { ...state.plot, quantity: "activation", part: "L1N2", to: 9 } }));
  drawPlot();
  drawPatches();
  const seen: string[] = [];
  const widened: boolean[] = [];
  for (const tab of VIEWS.filter((each) => each !== "experiments" && each !== "neurons")) {
    for (const reading of tab === "heads" ? [...LOOKS.map((look) => ({ look })), { other: "4+5=" }] : [{}]) {
      view.setState({ reading: { ...DEFAULT_READING, ...reading } });
      showTab(tab);
      await settle();
      const { drawn } = figureNow();
      seen.push(drawn!.name);
      const [narrow, wide] = [320, 900].map((width) => drawn!.figure!({ width, ...FILE }).width) as [number, number];
      // a map of a few cells is as large as its cells become
      if (!["patching", "operand-plot"].includes(drawn!.name)) widened.push(narrow < wide);
      expect(JSON.stringify(drawn!.figure!({ ...FILE, width: 560, isDark: true }))).not.toBe(
        JSON.stringify(drawn!.figure!({ ...FILE, width: 560 })),
      );
    }
  }
  expect(seen).toEqual(["heads", "direct", "head-scores", "lens", "heads-beside", "chain", "patching", "operand-plot"]);
  expect(widened).toEqual(Array.from({ length: 6 }, () => true));
});
