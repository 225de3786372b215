import { beforeEach, expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import { Fault } from "#core/fault.ts";
import { notices } from "../notices.ts";
import { question } from "../question.ts";
import { connectEngine } from "../run/engine-port.ts";
import { drawPlot, openCell, searchToken, suggestedPart } from "./actions.ts";
import { chooseOperation, editPlot, editSearch, forms, offerWords, TEMPLATES } from "./forms.ts";
import { clearLab, lab, start, stopTool } from "./tools.ts";
import type { LabResults } from "./tools.ts";

const settle = () => new Promise((resolve) => setTimeout(resolve));
const asked: unknown[] = [];
const messages = () => notices.getState().list.map(({ message }) => message);

beforeEach(() => {
  clearLab();
  asked.length = 0;
  notices.setState({ list: [] });
  connectEngine({
    operandPlot: (options: unknown) => {
      asked.push(options);
      return Promise.resolve({ values: [[1]], answers: [["8"]], unanswered: 0, lengths: [5] });
    },
    searchNeurons: (token: unknown, options: unknown) => {
      asked.push([token, options]);
      return Promise.resolve({ token: { id: 12, text: "8" }, rows: [], total: 0 });
    },
  } as unknown as Engine);
});

const INFO = { layers: 6, depth: 50, layersFromStorage: 0 };

test("an answer, its progress, and a newer question in the place of an older one", async () => {
  const ends: ((value: LabResults["index"]) => void)[] = [];
  const ask = () =>
    start("index", (_, { progress }) => {
      progress({ done: 1, total: 4 });
      return new Promise((resolve) => ends.push(resolve));
    });
  const [first, second] = [ask(), ask()];
  expect(lab.getState().index).toMatchObject({ status: "computing", progress: { done: 1, total: 4 } });
  ends[0]!({ ...INFO, layers: 1 });
  await first;
  expect(lab.getState().index.status).toBe("computing");
  ends[1]!(INFO);
  await second;
  expect(lab.getState().index).toEqual({ value: INFO, status: "done", progress: undefined });
});

test("a report that arrives behind the answer changes nothing", async () => {
  let late = () => undefined as void;
  await start("index", (_, { partial, progress }) => {
    late = () => {
      partial({ ...INFO, layers: 1 });
      progress({ done: 1, total: 2 });
    };
    return Promise.resolve(INFO);
  });
  late();
  expect(lab.getState().index).toEqual({ value: INFO, status: "done", progress: undefined });
});

test("stopped, it keeps what has arrived and says nothing; failed, it says why", async () => {
  void start("index", (_, { partial, signal }) => {
    partial(INFO);
    return new Promise((__, reject) => signal.addEventListener("abort", () => reject(new Fault("cancelled", "stop"))));
  });
  stopTool("index");
  await settle();
  expect(lab.getState().index).toMatchObject({ value: INFO, status: "stopped" });
  expect(messages()).toEqual([]);
  await start("index", () => Promise.reject(new Fault("bad-request", "index: no")));
  expect(lab.getState().index.status).toBe("failed");
  expect(messages()).toEqual(["index: no"]);
});

test("another operation keeps the kind of prompt, and a prompt of one's own stays", () => {
  chooseOperation("+");
  editPlot({ template: TEMPLATES["+"][1] });
  chooseOperation("*");
  expect(forms.getState().plot.template).toBe("the product of {a} and {b} is");
  editPlot({ template: "{a} and {b}:" });
  chooseOperation("-");
  expect(forms.getState().plot).toMatchObject({ operation: "-", template: "{a} and {b}:" });
});

test("draws what the form says, on top of what is switched off, and a cell opens as the prompt", async () => {
  const interventions = [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0 }] as const;
  question.setState({ prompt: "3+5=", interventions });
  editPlot({ quantity: "activation", part: "L4N425", operation: "+", template: "{a}+{b}=", to: 9 });
  drawPlot();
  await settle();
  const digits = { from: 0, to: 9 };
  const quantity = { kind: "activation", at: { layer: 4, neuron: 425 } } as const;
  const options = { template: "{a}+{b}=", operation: "+", a: digits, b: digits, quantity, interventions } as const;
  expect(asked).toEqual([options]);
  expect(lab.getState().plot.value).toMatchObject({ asked: options, values: [[1]] });
  openCell(options, 4, 2);
  expect(question.getState().prompt).toBe("4+2=");
});

test("what is no neuron is told so, and nothing is asked", () => {
  editPlot({ quantity: "activation", part: "seven" });
  expect(drawPlot()).toBe("“seven” is no neuron; write L0N0.");
  expect(messages()).toEqual([]);
  expect(asked).toEqual([]);
  expect(suggestedPart("head")).toBe("L0H0");
});

test("a token is searched for as it is typed, and why it cannot be is said", async () => {
  editSearch({ token: "8", by: "logit", end: "promotes" });
  await searchToken();
  expect(asked).toEqual([["8", { count: 30, by: "logit", end: "promotes" }]]);
  const refused = new Fault("bad-request", "“88” is 2 tokens for this model (8 · 8). A search is for one.");
  connectEngine({ searchNeurons: () => Promise.reject(refused) } as unknown as Engine);
  await searchToken();
  expect(messages()).toEqual([refused.message]);
});

test("the list of words that comes with the page does not replace a typed one", () => {
  offerWords(["three", "3"]);
  offerWords(["four"]);
  expect(forms.getState().concepts.words).toBe("three 3");
});
