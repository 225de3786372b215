import "#state/experiments/behind-door.ts";
import { parse } from "csv-parse/sync";
import { SaxesParser } from "saxes";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { opened } from "#state/link/opened.ts";
import { experimentForm } from "#state/experiments/form/form.ts";
import { experiments } from "#state/experiments/slots.ts";
import type { ExperimentOrigin } from "#state/experiments/slots.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { subjectNow } from "#state/subject.ts";
import { DEFAULT_CHAIN, DEFAULT_READING, LOOKS } from "#state/link/finding.ts";
import type { Finding } from "#state/link/finding.ts";
import { drawPlot, measureGroup, readWiring, searchConcepts } from "#state/lab/actions.ts";
import { forms } from "#state/lab/forms.ts";
import { clearLab, lab, start } from "#state/lab/tools.ts";
import { loadModel } from "#state/model/loading.ts";
import { changeModel } from "#state/model/load-offer.ts";
import { model } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { notices } from "#state/notices.ts";
import { decodeFinding } from "#state/link/permalink.ts";
import { question, setPrompt, setAblationSource, togglePart } from "#state/question.ts";
import { drawPatches } from "#state/lab/patching.ts";
import { showRecorded } from "#state/first-look/recorded.ts";
import { connectEngine } from "#state/run/engine-port.ts";
import { clearResults, isStale, results } from "#state/run/results.ts";
import { forgetRuns } from "#state/run/runner.ts";
import "#state/run/later-demands.ts";
import { followQuestions } from "#state/run/session.ts";
import { setThreshold } from "#state/chain-view.ts";
import { sharedFinding } from "#state/link/shared-link.ts";
import { DEFAULT_SORT, select, setReading, showTab, view } from "#state/view.ts";
import { exportingEngine, infoOf, numberOf, tokensOf, contentNamed } from "#test/exporting-engine.ts";
import type { Asked } from "#test/exporting-engine.ts";
import { drawnChain } from "../chain/chain-exports.ts";
import { ownChains, withoutHead } from "../chain/shown-chains.ts";
import { drawnExperiment, resultFile, withRowFacts } from "../experiments/result/experiment-export.ts";
import { drawnHeads } from "../heads/heads-export.ts";
import { drawnHead, drawnNeuron, drawnWiring } from "../inspector/card-exports.ts";
import { drawnConcepts, drawnGroup, drawnHits, drawnPlot } from "../lab/lab-exports.ts";
import { drawnPatch } from "../patch/patch-export.ts";
import { drawnNeurons, drawnTopNeurons } from "../neurons/neurons-export.ts";
import { drawnDirect, drawnLens, drawnScores } from "../reading/reading-exports.ts";
import { drawnPrediction } from "../prediction/prediction-export.ts";
import type { Drawn, Stamp } from "./drawn.ts";
import { csvFile, jsonFile, svgFile } from "./files.ts";

const choice = (id: string): ModelChoice => ({ id, source: { kind: "url", base: `http://here/models/${id}/` } });
const PROMPT = "3+5=";
const OFF = { kind: "head", at: { layer: 0, head: 0 } } as const;
const OTHER_OFF = { kind: "neuron", at: { layer: 0, neuron: 1 } } as const;
const STAMP: Stamp = { version: "9.9.9", date: new Date("2026-11-29T06:00:00Z"), address: "http://here/page/" };

let engine: ReturnType<typeof exportingEngine>;
let end: () => void;
const settle = () => vi.advanceTimersByTimeAsync(1_000);

beforeEach(async () => {
  vi.useFakeTimers();
  clearResults();
  forgetRuns();
  clearResults();
  clearLab();
  notices.setState({ list: [] });
  opened.setState({ finding: undefined });
  question.setState({ prompt: PROMPT, target: undefined, interventions: [], ablationSource: undefined, past: [] });
  view.setState({ tab: "heads", selected: undefined, hovered: undefined, sort: DEFAULT_SORT, chain: DEFAULT_CHAIN });
  view.setState({ reading: DEFAULT_READING });
  engine = exportingEngine();
  connectEngine(engine.engine);
  const info = infoOf("abacus", "q8");
  model.setState({ choice: choice("abacus"), dtype: "q8", backend: "auto", status: { kind: "ready" }, info });
  end = followQuestions();
  await lookAtEverything();
});

afterEach(() => {
  end();
  vi.useRealTimers();
});

/** With a part ablated: every figure and table of the page has its numbers. */
async function lookAtEverything(): Promise<void> {
  // while nothing is ablated yet
  showTab("neurons");
  await settle();
  togglePart(OFF);
  await settle();
  select({ kind: "head", at: { layer: 0, head: 1 } });
  await settle();
  select({ kind: "neuron", at: { layer: 1, neuron: 2 } });
  await settle();
  for (const tab of ["chain", "neurons", "heads"] as const) {
    showTab(tab);
    await settle();
  }
  for (const look of LOOKS) {
    setReading({ look, isUnder: true });
    await settle();
  }
  setReading({ look: "effect" });
  await settle();
  forms.setState((state) => ({ plot: { ...state.plot, quantity: "activation", part: "L1N2", to: 0 } }));
  drawPlot();
  searchConcepts();
  measureGroup([{ layer: 1, neuron: 2 }], "1 neuron of the comparison");
  readWiring({ layer: 1, neuron: 2 });
  drawPatches();
  await start("tokens", async (client, { signal }) => {
    const asked = { count: 30, by: "logit", end: "promotes" } as const;
    return { asked, found: await client.searchNeurons(8, asked, { signal }) };
  });
  await settle();
}

/** Everything that can be exported as the page stands. */
function everything(): Drawn[] {
  const slots = results.getState();
  const found = lab.getState();
  const isChanged = question.getState().interventions.length > 0;
  const chains = ownChains(slots, {
    isChanged,
    isBeside: slots.otherChain.value !== undefined && !isStale(slots.otherChain),
    isMeasured: true,
  });
  return [
    drawnHeads(slots.sweep, "linear"),
    drawnPrediction(slots, isChanged),
    drawnNeurons(slots, DEFAULT_SORT),
    drawnHead(slots),
    drawnNeuron(slots),
    drawnWiring(found.wiring),
    drawnPlot(found.plot),
    drawnHits(found.tokens),
    drawnConcepts(found.concepts, 1),
    drawnGroup(found.group),
    drawnPatch(found.patch),
    drawnChain(chains, { scale: { threshold: 0.2, limit: 1 }, lines: [], published: undefined, slots }),
    drawnHeads(slots.sweepAblated, "linear"),
    drawnLens(slots, DEFAULT_READING),
    drawnDirect(slots, DEFAULT_READING, undefined),
    drawnScores(slots, DEFAULT_READING, slots.sweepAblated.about),
    drawnTopNeurons(slots, DEFAULT_SORT),
  ].filter((drawn) => drawn !== undefined);
}

const NAMES = [
  "heads",
  "prediction",
  "neurons",
  "L0H1",
  "L1N2",
  "L1N2-wiring",
  "operand-plot",
  "token-search",
  "concept-search",
  "neuron-group",
  "patching",
  "chain",
  "heads-under",
  "lens",
  "direct",
  "head-scores",
  "top-neurons",
];

type Row = Record<string, string | number | null>;

interface Read {
  readonly name: string;
  readonly title: string;
  readonly facts: Record<string, unknown>;
  readonly rows: readonly Row[];
  /** What the file's own link asks. */
  readonly finding: Finding;
  readonly asked: Asked;
}

/** A JSON export as its reader has it. */
function read(drawn: Drawn): Read {
  const { rows, ...facts } = JSON.parse(jsonFile(drawn, STAMP).content) as Record<string, unknown> & { rows: Row[] };
  const link = String(facts["link"]);
  const { finding, notices: wrong } = decodeFinding(link.slice(link.indexOf("#")));
  expect(wrong).toEqual([]);
  const { model: of, dtype = "", prompt, interventions, ablationSource } = finding;
  const asked = { model: of, dtype, prompt, interventions, ablationSource };
  return { name: drawn.name, title: String(facts["title"]), facts, rows, finding, asked };
}

/** With the row's head ablated on top of what is ablated. */
const offBesides = (asked: Asked, row: Row) => {
  const at = { layer: Number(row["layer"]), head: Number(row["index"]) };
  return numberOf({ ...asked, interventions: [...asked.interventions, { kind: "head", at, scale: 0 }] });
};

/** The numbers that the link of a file leads to, as the engine gives them; what a row is about stands in it. */
const EXPECTED: Record<string, (asked: Asked, row: Row) => readonly [found: unknown, expected: unknown]> = {
  heads: (asked, row) => {
    const at = { layer: Number(row["layer"]), head: Number(row["index"]) };
    const off = numberOf({ ...asked, interventions: [{ kind: "head", at, scale: 0 }] });
    return [row["log_probability"], row["log_probability"] === null ? null : off];
  },
  "heads-under": (asked, row) => [
    row["log_probability"],
    row["log_probability"] === null ? null : offBesides(asked, row),
  ],
  lens: (asked, row) => [row["target_log_probability"], numberOf(asked, row["stage"], row["position"])],
  direct: (asked, row) => [
    row["direct_effect"],
    row["part"] === "total"
      ? numberOf(asked, "logit")
      : row["head"] === ""
        ? row["direct_effect"]
        : numberOf(asked, "direct", row["layer"], row["head"]),
  ],
  "head-scores": (asked, row) => [
    [row["induction"], row["effect"]],
    [
      (Number(row["layer"]) + Number(row["index"])) / 4,
      // a row that is still to come has none
      row["effect"] === null ? null : numberOf(asked) - offBesides(asked, row),
    ],
  ],
  prediction: (asked, row) => [
    [row["probability_before"], row["probability_after"]],
    [
      Math.exp(numberOf({ ...asked, interventions: [] })),
      asked.interventions.length > 0 ? Math.exp(numberOf(asked)) : "",
    ],
  ],
  neurons: (asked, row) => [row["change"], numberOf(asked, "change")],
  "top-neurons": (asked, row) => [row["increase"], numberOf(asked, "increase")],
  L0H1: (asked, row) => [row["attention"], numberOf(asked, row["key"])],
  L1N2: (asked, row) => [row["logit"], numberOf(asked, "logit")],
  "L1N2-wiring": (asked, row) => [row["value"], numberOf(asked, "key")],
  "operand-plot": (asked, row) => [row["activation"], numberOf(asked, "plot")],
  "token-search": (asked, row) => [row["logit"], numberOf(asked, "token")],
  "concept-search": ({ model: of }, row) => [row["tokens"], of],
  "neuron-group": (asked, row) => [
    row["log_probability"],
    row["run"] === "as it is" ? numberOf(asked) : numberOf(asked, "group"),
  ],
  patching: (asked, row) => [row["metric"], numberOf(asked, "patch")],
  chain: (asked, row) => {
    const interventions = row["run"] === "clean" ? [] : asked.interventions;
    const run = { ...asked, prompt: String(row["chain"]), interventions };
    return [row["activation"], row["record"] === "node" ? numberOf(run, row["name"]) : ""];
  },
};

/** Title, rows, picture, link and what the file says of itself are about one question. */
function expectToAgree(drawn: Drawn): void {
  const file = read(drawn);
  const { asked, finding, facts, rows, title } = file;
  const about = facts["model"] as Record<string, unknown>;
  expect([about["id"], about["dtype"], about["content"]]).toEqual([
    asked.model,
    asked.dtype,
    `sha256:${contentNamed(asked.model)}`,
  ]);
  expect(title).toContain(asked.model);
  const isOfWeights = ["L1N2-wiring", "operand-plot", "token-search", "concept-search"].includes(drawn.name);
  expect(finding.prompt === "").toBe(isOfWeights);
  if (!isOfWeights) {
    expect(title).toContain(`“${asked.prompt}”`);
    expect(facts["prompt"]).toBe(asked.prompt);
    expect(facts["tokens"]).toEqual(tokensOf(asked.prompt).map(({ text }) => text));
    expect(facts["target"]).toEqual({ id: 8, text: "8" });
  }
  expect(facts["interventions"]).toEqual(
    asked.interventions.length === 0
      ? "none"
      : asked.interventions.map(({ kind, at, scale }) =>
          kind === "head" ? `L${at.layer}H${at.head}*${scale}` : `L${at.layer}N${at.neuron}*${scale}`,
        ),
  );
  if (finding.ablationSource) expect(facts["stand_ins"]).toEqual(finding.ablationSource);
  expect(facts["finding"]).toMatchObject({ model: asked.model, prompt: asked.prompt });
  expect([facts["software"], facts["date"], facts["view"]]).toEqual([
    "Arithmoscope 9.9.9",
    "2026-11-29T06:00:00.000Z",
    drawn.name,
  ]);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    const [found, expected] = EXPECTED[drawn.name]!(asked, row);
    expect(found, `${drawn.name} of ${JSON.stringify(asked)}: ${JSON.stringify(row)}`).toEqual(expected);
  }
  expectSameAsJson(drawn, file);
  expectSamePicture(drawn, file);
}

/** The CSV has the same facts and the same cells. */
function expectSameAsJson(drawn: Drawn, { facts, rows }: Read): void {
  const { content } = csvFile(drawn, STAMP);
  const comments = content.split("\r\n").filter((line) => line.startsWith("# "));
  const said = comments.map((line) => /^# (\w+): (.*)$/.exec(line)!).map(([, key, value]) => [key, JSON.parse(value!)]);
  const { finding: _, ...shared } = facts;
  expect(Object.fromEntries(said)).toEqual(shared);
  const [header, ...cells] = parse(content, { comment: "#", comment_no_infix: true });
  expect(header).toEqual(Object.keys(rows[0]!));
  expect(cells).toEqual(rows.map((row) => Object.values(row).map((cell) => (cell === null ? "" : String(cell)))));
}

/** The picture has the title above, the link and the tokens below, and all of it in its description. */
function expectSamePicture(drawn: Drawn, { facts, title }: Read): void {
  const svg = svgFile(drawn, STAMP)?.content;
  if (svg === undefined) return;
  const texts: string[] = [];
  const parser = new SaxesParser();
  parser.on("error", (reason) => {
    throw reason;
  });
  parser.on("text", (text) => texts.push(text));
  parser.write(svg).close();
  const written = texts.join("").replace(/\s/g, "");
  for (const text of [title, String(facts["link"])]) expect(written).toContain(text.replace(/\s/g, ""));
  const { finding: _, ...shared } = facts;
  expect(JSON.parse(texts.find((text) => text.startsWith("{"))!)).toEqual(shared);
  expect(svg).not.toMatch(/NaN|undefined/);
}

/** Which exports are there, each of them held to itself. */
function agreeing(): string[] {
  const all = everything();
  for (const drawn of all) expectToAgree(drawn);
  return all.map(({ name }) => name);
}

const findingOf = (name: string) => read(everything().find((drawn) => drawn.name === name)!).finding;

const ANOTHER = "4+4=";
const STATES: readonly (readonly [state: string, reach: () => unknown])[] = [
  ["as it is", () => undefined],
  ["the prompt is empty", () => setPrompt("")],
  ["the prompt is refused", () => setPrompt("?")],
  ["the prompt is too long", () => setPrompt("1".repeat(99))],
  ["another prompt has no answer yet", () => (engine.held.add("predict"), setPrompt(ANOTHER))],
  ["another prompt is answered, its sweep under way", () => (engine.held.add("sweepHeads"), setPrompt(ANOTHER))],
  ["another prompt is answered", () => setPrompt(ANOTHER)],
  ["the other runs of another prompt fail", () => (engine.failing.add("sweepHeads"), setPrompt(ANOTHER))],
  ["another model is loading", () => (engine.held.add("load"), void changeModel(choice("other")))],
  ["another model failed to load", () => (engine.failing.add("load"), changeModel(choice("other")))],
  ["a link’s model failed to load", () => (engine.failing.add("load"), loadModel(choice("other")))],
  ["another model was loaded, its numbers to come", () => (engine.held.add("predict"), changeModel(choice("other")))],
  ["another precision was loaded", () => loadModel(choice("abacus"), { dtype: "q4" })],
  ["nothing is off any more", () => togglePart(OFF)],
  ["another part is off as well", () => togglePart(OTHER_OFF)],
  [
    "another part is off as well, its run to come",
    () => (["predict", "chain", "compareNeurons"].forEach((method) => engine.held.add(method)), togglePart(OTHER_OFF)),
  ],
  ["something stands in for what is off", () => setAblationSource(["2+4="])],
  ["something is to stand in for what is off", () => (engine.held.add("predict"), setAblationSource(["2+4="]))],
  ["a threshold of the chain moved", () => (engine.held.add("chain"), setThreshold("headEffect", 0.1))],
  ["another prompt stands beside the chain", () => view.setState({ chain: { ...DEFAULT_CHAIN, other: ANOTHER } })],
];

describe("every export agrees with itself", () => {
  test.each(STATES)("while %s", async (_, reach) => {
    expect(agreeing()).toEqual(NAMES);
    for (const tab of ["heads", "chain", "neurons"] as const) {
      showTab(tab);
      if (tab === "heads") await reach();
      await settle();
      expect(agreeing().length).toBeGreaterThan(0);
      // the link that is copied is of numbers that are there
      const shared = sharedFinding()!.finding;
      const { model: of, dtype = "", prompt, interventions, ablationSource } = shared;
      const { baseline, changed } = shared.expected;
      const asked = { model: of, dtype, prompt, interventions, ablationSource };
      // where there are any
      expect([baseline, changed]).toEqual([
        baseline && numberOf({ ...asked, interventions: [] }),
        changed && numberOf(asked),
      ]);
      expect(tokensOf(prompt).length > 12 || prompt === "" || prompt === "?").toBe(false);
    }
  });

  test("and what was shown stays what is exported where the page asks for what has no answer", async () => {
    for (const prompt of ["", "?", "1".repeat(99)]) {
      setPrompt(prompt);
      await settle();
      expect(["heads", "prediction", "chain"].map((name) => findingOf(name).prompt)).toEqual([PROMPT, PROMPT, PROMPT]);
    }
    expect(findingOf("heads").interventions).toEqual([]);
    expect(findingOf("prediction").interventions).toEqual([{ ...OFF, scale: 0 }]);
  });
});

test("a sweep under way exports the rows that have arrived, and says so", async () => {
  engine.held.add("sweepHeads");
  setPrompt(ANOTHER);
  await settle();
  const { rows, facts, finding } = read(everything()[0]!);
  expect(finding.prompt).toBe(ANOTHER);
  expect(rows.map((row) => row["log_probability"] === null)).toEqual([true, true, false, false]);
  expect([facts["complete"], csvFile(everything()[0]!, STAMP).content.includes("L0H0,0,0,,\r\n")]).toEqual([
    false,
    true,
  ]);
});

test("a record that others published is exported as theirs, whatever model is on the page", () => {
  const record = {
    meta: { model: "Llama-7B", source: "Yu & Ananiadou (2024)" },
  };
  const chain = {
    ...ownChains(results.getState(), { isChanged: false, isBeside: false, isMeasured: false })[0]!.chain,
  };
  const published = { ...chain, prompt: "1+1=", provenance: { kind: "published", ...record.meta } } as const;
  const drawn = drawnChain([withoutHead("1+1=", published)], {
    scale: { threshold: 0.2, limit: 1 },
    lines: [],
    published: "llama-7b-3plus5",
    slots: results.getState(),
  })!;
  const { facts, title, finding } = read(drawn);
  expect(title).toBe("The logic chain of “1+1=” in Llama-7B");
  expect(facts["published"]).toEqual({ kind: "published", ...record.meta });
  expect([facts["model"], facts["prompt"], facts["interventions"]]).toEqual([undefined, "1+1=", "none"]);
  expect(finding).toMatchObject({
    prompt: "1+1=",
    view: "chain",
    chain: { published: "llama-7b-3plus5" },
    expected: {},
  });
  const svg = svgFile(drawn, STAMP)!;
  expect(svg.content).toContain("Llama-7B");
  expect(svg.content).not.toContain("abacus,");
  expect(svg.name).toBe("Llama-7B_1+1=_published_chain.svg");
});

test("what came with the page says that it was recorded, and claims nothing", () => {
  const prompt = PROMPT;
  clearResults();
  togglePart(OFF);
  model.setState({ status: { kind: "loading" } as never, info: undefined });
  const before = {
    tokens: tokensOf(prompt),
    top: [],
    target: { id: 8, text: "8", rank: 0, probability: 0.5, logProbability: Math.log(0.5) },
    included: [],
  };
  const sweep = { target: 8, baseline: -0.5, logProbability: [[-1, -2]] };
  const ablationSource = ["1+2=", "2+4="];
  question.setState({ ablationSource });
  showRecorded({ made_by: "a script in float64", model: "abacus", prompt, ablationSource, before, sweep });
  const { facts, finding } = read(everything()[0]!);
  expect(facts["model"]).toEqual({ name: "abacus", id: "abacus", recorded_by: "a script in float64" });
  expect([finding.prompt, finding.dtype, finding.expected]).toEqual([prompt, undefined, {}]);
});

test("files are told apart by model, prompt, what is off, and view", async () => {
  const names = () => everything().map((drawn) => jsonFile(drawn, STAMP).name);
  const first = names();
  expect(first[0]).toBe("abacus_3+5=_heads.json");
  expect(first[1]).toMatch(/^abacus_3\+5=_L0H0-off-\w+_prediction\.json$/);
  expect(new Set(first).size).toBe(first.length);
  setPrompt("3*5=");
  await settle();
  const second = names();
  setPrompt("3/5=");
  await settle();
  // those that are asked anew whatever tab is open
  const all = [first, second, names()].flatMap((list) => [list[0]!, list[1]!, list[4]!]);
  expect(new Set(all).size).toBe(9);
  for (const name of all) expect(name).toMatch(/^[\p{L}\p{N}][\p{L}\p{N}+=._-]*$/u);
});

describe("an experiment", () => {
  const estimate = { value: 0.9, low: 0.8, high: 1 };
  const result = {
    kind: "heads",
    request: { kind: "heads", seed: 1, suite: { kind: "pasted", text: "3+5=,8" } },
    suite: { cases: 1 },
    steps: 1,
    stepsInAll: 1,
    found: { groups: [], all: { accuracy: estimate, logProbability: estimate }, heads: [] },
  } as unknown as ExperimentResult;
  const shown = {
    name: "head-table",
    result,
    figure: () => ({ width: 10, height: 10, marks: [] }),
    title: "Heads × operations",
    sentence: "L0H1 costs most.",
    table: () => ({ header: ["head", "drop"], rows: [["L0H1", -0.5]] }),
  };
  const show = (from: ExperimentOrigin | undefined) => {
    const slot = {
      value: result,
      from,
      saved: undefined,
      plan: undefined,
      ran: from?.form,
      status: "done",
      progress: undefined,
    } as const;
    experiments.setState({ heads: slot });
  };
  const origin = (): ExperimentOrigin => ({ about: subjectNow()!, form: { ...FORM, seed: 1 } });
  const FORM = experimentForm.getInitialState();
  beforeEach(() => {
    showTab("experiments");
    experimentForm.setState({ ...FORM, seed: 1 });
  });

  test("keeps the model and the form that it was run with", async () => {
    const from = origin();
    show(from);
    experimentForm.setState({ seed: 2 });
    engine.held.add("load");
    void changeModel(choice("other"));
    await settle();
    const { facts, title, finding } = read(drawnExperiment(shown, { from, saved: undefined }, false));
    expect(title).toBe("Heads × operations, in abacus");
    expect([(facts["model"] as Row)["id"], facts["seed"], facts["suite"]]).toEqual(["abacus", 1, "pasted"]);
    expect([finding.model, finding.experiment?.seed, finding.expected.experiment]).toEqual([
      "abacus",
      1,
      [{ name: "accuracy", value: 0.9 }],
    ]);
    const rows = withRowFacts(drawnExperiment(shown, { from, saved: undefined }, false), result, () => STAMP);
    expect(read(rows).rows[0]).toMatchObject({ head: "L0H1", model: "abacus", dtype: "q8", link: facts["link"] });
    const saved = JSON.parse(
      resultFile(drawnExperiment(shown, { from, saved: undefined }, false), result, STAMP).content,
    ) as Row;
    expect(saved["model"]).toEqual(facts["model"]);
  });

  test("is what Copy link is of, where the form asks for another one by now", () => {
    show(origin());
    expect(sharedFinding()).toMatchObject({
      isEarlier: false,
      finding: { expected: { experiment: [{ value: 0.9 }] } },
    });
    experimentForm.setState({ seed: 2 });
    const { isEarlier, finding } = sharedFinding()!;
    expect([isEarlier, finding.experiment?.seed, finding.expected.experiment]).toEqual([
      true,
      1,
      [{ name: "accuracy", value: 0.9 }],
    ]);
  });

  test("from a file is not called this model’s, and lends its numbers to no link", () => {
    show(undefined);
    const saved = { model: { name: "elsewhere", dtype: "f32" }, link: "https://a.example/#v=1", finding: undefined };
    const drawn = drawnExperiment(shown, { from: undefined, saved }, false);
    const facts = JSON.parse(jsonFile(drawn, STAMP).content) as Row;
    expect([facts["model"], facts["link"], facts["title"]]).toEqual([
      { name: "elsewhere", dtype: "f32" },
      "https://a.example/#v=1",
      "Heads × operations",
    ]);
    expect(facts["origin"]).toBe("a file that was opened; its numbers were not computed here");
    expect(svgFile(drawn, STAMP)!.content).toContain("From a file, which says that it is of the model elsewhere.");
    expect(read(withRowFacts(drawn, result, () => STAMP)).rows[0]).toMatchObject({
      model: "elsewhere",
      dtype: "f32",
      link: "https://a.example/#v=1",
      from: "a file",
    });
    expect(sharedFinding()!.finding.expected.experiment).toBeUndefined();
  });
});
