import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ModelInfo } from "#protocol/engine.ts";
import { AskedEngine, settle } from "#test/asked-engine.ts";
import { FORGED_FILE } from "#test/forged-result.ts";
import "./behind-door.ts";
import { currentFinding } from "../link/claims.ts";
import { NO_FINDING } from "../link/finding.ts";
import type { NamedResult } from "../link/finding.ts";
import { opened } from "../link/opened.ts";
import { model } from "../model/model.ts";
import { notices } from "../notices.ts";
import { connectEngine } from "../run/engine-port.ts";
import { showTab } from "../view.ts";
import { editExperiment, experimentForm, FIRST_FORM } from "./form/form.ts";
import { followLinkedResult, linkedResult, readLinkedResult, withdrawResult } from "./linked-result.ts";
import { followExperiments } from "./runs.ts";
import { experiments } from "./slots.ts";

const HERE = "https://page.example";
const ELSEWHERE: NamedResult = { address: "https://results.example/heads.json", sha256: "0f".repeat(32) };
const BESIDE: NamedResult = { ...ELSEWHERE, address: `${HERE}/results/heads.json` };

let asked: AskedEngine;
let ends: (() => void)[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  asked = new AskedEngine();
  connectEngine(asked.engine);
  experiments.setState(experiments.getInitialState(), true);
  notices.setState({ list: [] });
  experimentForm.setState(FIRST_FORM);
  opened.setState({ finding: undefined });
  arrive("abacus");
  ends = [followExperiments(), followLinkedResult(HERE)];
});
afterEach(() => {
  for (const end of ends) end();
  vi.useRealTimers();
});

function arrive(name: string): void {
  const source = { kind: "url", name: `https://example.org/${name}/` } as const;
  model.setState({
    choice: { id: name, source: { kind: "url", base: source.name } },
    dtype: "q8",
    status: { kind: "ready" },
    info: { name, source, dtype: "q8", backend: "wasm", adapter: "", content: name } as ModelInfo,
  });
}

const open = (result: NamedResult | undefined) =>
  opened.setState({ finding: { ...NO_FINDING, view: "experiments", ...(result && { result }) } });
const kind = () => linkedResult.getState().kind;
const read = () => asked.waiting("readNamedFile");
/** What the address names. */
const named = () => currentFinding(false)?.result;

test("what lies elsewhere is read once a person says so, is shown as a file, and stays in the address", async () => {
  open(ELSEWHERE);
  showTab("experiments");
  await settle();
  expect([kind(), read(), named()]).toEqual(["offered", [], ELSEWHERE]);
  void readLinkedResult();
  expect(asked.last("readNamedFile")).toMatchObject({
    prompt: ELSEWHERE.address,
    options: { sha256: ELSEWHERE.sha256, most: 128_000_000 },
  });
  await asked.last("readNamedFile").answer(JSON.stringify(FORGED_FILE));
  expect(kind()).toBe("shown");
  expect(experiments.getState().heads).toMatchObject({
    value: FORGED_FILE.experiment,
    from: undefined,
    saved: { model: FORGED_FILE.model },
    status: "done",
  });
  expect(named()).toEqual(ELSEWHERE);
  // the model that the link is about may come after it
  arrive("abacus-2");
  expect(experiments.getState().heads).toMatchObject({ value: FORGED_FILE.experiment, status: "done" });
  expect(named()).toEqual(ELSEWHERE);
  editExperiment({ kind: "bias" });
  expect(named()).toBeUndefined();
});

test("what lies beside the page is read at once", async () => {
  open(BESIDE);
  expect(kind()).toBe("reading");
  await asked.last("readNamedFile").answer(JSON.stringify(FORGED_FILE));
  expect(kind()).toBe("shown");
});

test.each([
  ["cannot be read", () => asked.last("readNamedFile").fail(new Error("it is another file")), "it is another file"],
  ["is no result", () => asked.last("readNamedFile").answer("{}"), "it has no “experiment” in it"],
])("what %s is told, and can be asked for again", async (_, settled, sentence) => {
  open(ELSEWHERE);
  void readLinkedResult();
  await settled();
  await settle();
  expect(notices.getState().list).toMatchObject([
    { about: "experiment file", message: expect.stringContaining(sentence) as string },
  ]);
  expect([kind(), experiments.getState().heads.value]).toEqual(["offered", undefined]);
  void readLinkedResult();
  expect([kind(), read().length]).toEqual(["reading", 2]);
});

test.each([
  ["another link", () => open(undefined)],
  ["a person", withdrawResult],
])("%s ends its reading", async (_, end) => {
  open(ELSEWHERE);
  void readLinkedResult();
  end();
  await settle();
  expect([kind(), read(), notices.getState().list]).toEqual(["none", [], []]);
});
