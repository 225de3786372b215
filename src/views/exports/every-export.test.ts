import { parse } from "csv-parse/sync";
import { SaxesParser } from "saxes";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_CHAIN, DEFAULT_READING } from "#state/link/finding.ts";
import { lab } from "#state/lab/tools.ts";
import { loadModel } from "#state/model/loading.ts";
import { changeModel } from "#state/model/load-offer.ts";
import { model } from "#state/model/model.ts";
import { question, setPrompt, setAblationSource, togglePart } from "#state/question.ts";
import { showRecorded } from "#state/first-look/recorded.ts";
import { clearResults, isStale, results } from "#state/run/results.ts";
import { setThreshold } from "#state/chain-view.ts";
import { sharedFinding } from "#state/link/shared-link.ts";
import { DEFAULT_SORT, showTab, view } from "#state/view.ts";
import { numberOf, tokensOf, contentNamed } from "#test/exporting-engine.ts";
import type { Asked } from "#test/exporting-engine.ts";
import { OFF, PROMPT, STAMP, choice, exportingPage, read, settle } from "#test/exporting-page.ts";
import type { Read, Row } from "#test/exporting-page.ts";
import { drawnChain } from "../chain/chain-exports.ts";
import { ownChains, withoutHead } from "../chain/shown-chains.ts";
import { drawnHeads } from "../heads/export/heads-export.ts";
import { drawnHead, drawnNeuron, drawnWiring } from "../inspector/card-exports.ts";
import { drawnConcepts, drawnGroup, drawnHits, drawnPlot } from "../lab/lab-exports.ts";
import { drawnPatch } from "../patch/patch-export.ts";
import { drawnNeurons, drawnTopNeurons } from "../neurons/neurons-export.ts";
import { drawnDirect, drawnLens, drawnScores } from "../reading/reading-exports.ts";
import { drawnPrediction } from "../prediction/prediction-export.ts";
import type { Drawn } from "./drawn.ts";
import { csvFile, jsonFile, svgFile } from "./files.ts";

const OTHER_OFF = { kind: "neuron", at: { layer: 0, neuron: 1 } } as const;

let page: Awaited<ReturnType<typeof exportingPage>>;

beforeEach(async () => {
  page = await exportingPage();
});
afterEach(() => page.end());

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
    drawnChain(chains, { scale: { threshold: 0.2, limit: 1 }, lines: () => [], published: undefined, slots }),
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
  ["another prompt has no answer yet", () => (page.engine.held.add("predict"), setPrompt(ANOTHER))],
  ["another prompt is answered, its sweep under way", () => (page.engine.held.add("sweepHeads"), setPrompt(ANOTHER))],
  ["another prompt is answered", () => setPrompt(ANOTHER)],
  ["the other runs of another prompt fail", () => (page.engine.failing.add("sweepHeads"), setPrompt(ANOTHER))],
  ["another model is loading", () => (page.engine.held.add("load"), void changeModel(choice("other")))],
  ["another model failed to load", () => (page.engine.failing.add("load"), changeModel(choice("other")))],
  ["a link’s model failed to load", () => (page.engine.failing.add("load"), loadModel(choice("other")))],
  [
    "another model was loaded, its numbers to come",
    () => (page.engine.held.add("predict"), changeModel(choice("other"))),
  ],
  ["another precision was loaded", () => loadModel(choice("abacus"), { dtype: "q4" })],
  ["nothing is off any more", () => togglePart(OFF)],
  ["another part is off as well", () => togglePart(OTHER_OFF)],
  [
    "another part is off as well, its run to come",
    () => (
      ["predict", "chain", "compareNeurons"].forEach((method) => page.engine.held.add(method)),
      togglePart(OTHER_OFF)
    ),
  ],
  ["something stands in for what is off", () => setAblationSource(["2+4="])],
  ["something is to stand in for what is off", () => (page.engine.held.add("predict"), setAblationSource(["2+4="]))],
  ["a threshold of the chain moved", () => (page.engine.held.add("chain"), setThreshold("headEffect", 0.1))],
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
  page.engine.held.add("sweepHeads");
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
    lines: () => [],
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
