import { beforeEach, describe, expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import { Fault } from "#core/fault.ts";
import type { AdapterInfo, ModelInfo } from "#protocol/engine.ts";
import { adapter, adapterLabel, adapterName, showVariant } from "./adapter.ts";
import { adapterNamed } from "./named.ts";
import { attachAdapter, detachAdapter } from "./attaching.ts";
import { currentFinding } from "../link/claims.ts";
import { openLink } from "../link/links.ts";
import { loadModel } from "./loading.ts";
import { changeModel } from "./load-offer.ts";
import { model } from "./model.ts";
import type { ModelChoice } from "./model.ts";
import { notices } from "../notices.ts";
import { encodeFinding } from "../link/permalink.ts";
import { question } from "../question.ts";
import { showTab, view } from "../view.ts";
import { connectEngine } from "../run/engine-port.ts";
import { pursueNow } from "../run/session.ts";

const SHIPPED: ModelChoice = { id: "abacus", source: { kind: "url", base: "http://here/models/abacus/" } };
const OTHER: ModelChoice = { id: "other", source: { kind: "url", base: "http://here/models/other/" } };
const LORA: ModelChoice = { id: "https://a.org/tiny/", source: { kind: "url", base: "https://a.org/tiny/" } };
const INFO = { name: "abacus", content: "a".repeat(64), layers: 2, heads: 2, neurons: 4 } as ModelInfo;
const ADAPTER = { name: "tiny", content: "b".repeat(64), ranks: [4], layers: [1] } as unknown as AdapterInfo;

let calls: unknown[][];
let refusal: Fault | undefined;
let hangs: boolean;

beforeEach(async () => {
  calls = [];
  refusal = undefined;
  hangs = false;
  const answer =
    (name: string, result: unknown) =>
    (...args: unknown[]) => {
      calls.push([name, ...args]);
      if (hangs && name === "attachAdapter") return new Promise(() => undefined);
      return refusal && name === "attachAdapter" ? Promise.reject(refusal) : Promise.resolve(result);
    };
  connectEngine({
    load: (source: unknown, options: { readonly adapter?: unknown }) => {
      calls.push(["load", source, options]);
      return Promise.resolve({ ...INFO, ...(options.adapter ? { lora: ADAPTER } : {}) });
    },
    attachAdapter: answer("attachAdapter", ADAPTER),
    detachAdapter: answer("detachAdapter", undefined),
    predict: answer("predict", {}),
    tokenEnds: answer("tokenEnds", {}),
  } as unknown as Engine);
  notices.setState({ list: [] });
  question.setState({ prompt: "3+5=", target: undefined, interventions: [], variant: "base" });
  adapter.setState({ choice: undefined, status: { kind: "nothing" } }, true);
  model.setState({ choice: undefined, dtype: "q8", status: { kind: "nothing" }, info: undefined });
  await loadModel(SHIPPED);
  calls = [];
});

const names = () => calls.map(([name]) => name);
const variant = () => question.getState().variant;

test("who attaches an adapter sees the model with it, and the base again without it", async () => {
  await attachAdapter(LORA);
  expect(calls[0]!.slice(0, 2)).toEqual(["attachAdapter", LORA.source]);
  expect([adapter.getState().status, variant()]).toEqual([
    { kind: "attached", info: ADAPTER, to: "abacus" },
    "adapted",
  ]);
  await detachAdapter();
  expect([adapter.getState().status.kind, variant(), names().at(-1)]).toEqual(["nothing", "base", "detachAdapter"]);
});

test("an adapter that is refused leaves the one that was there, with a notice", async () => {
  await attachAdapter(LORA);
  refusal = new Fault("bad-file", "adapter: the file has no weights");
  await attachAdapter({ ...LORA, id: "https://a.org/broken/" });
  expect(adapter.getState()).toEqual({ choice: LORA, status: { kind: "attached", info: ADAPTER, to: "abacus" } });
  expect(notices.getState().list).toEqual([
    { about: "adapter", code: "bad-file", message: "adapter: the file has no weights" },
  ]);
});

test("stopping one that was to take another's place leaves neither, here and in the engine", async () => {
  await attachAdapter(LORA);
  hangs = true;
  void attachAdapter({ ...LORA, id: "https://a.org/second/" });
  await detachAdapter();
  expect([adapter.getState().status.kind, variant(), names().at(-1)]).toEqual(["nothing", "base", "detachAdapter"]);
});

test("the same model in another dtype keeps its adapter, another model does not", async () => {
  await attachAdapter(LORA);
  await changeModel(SHIPPED, { dtype: "q4" });
  expect(calls.at(-1)).toEqual(["load", SHIPPED.source, { dtype: "q4", adapter: LORA.source }]);
  expect([adapter.getState().status.kind, variant()]).toEqual(["attached", "adapted"]);
  await changeModel(OTHER);
  expect(calls.at(-1)!.slice(0, 2)).toEqual(["load", OTHER.source]);
  expect(calls.at(-1)![2]).not.toHaveProperty("adapter");
  expect([adapter.getState().status.kind, variant()]).toEqual(["nothing", "base"]);
});

test("another model keeps the prompt and the view, and what was said of the old one's parts goes", async () => {
  question.setState({
    prompt: "45+27=",
    target: 9,
    interventions: [{ kind: "head", at: { layer: 1, head: 0 }, scale: 0 }],
  });
  showTab("neurons");
  view.setState({ colourScale: "log", count: 50, pinned: [{ layer: 1, head: 1 }] });
  await changeModel(OTHER);
  expect(question.getState()).toMatchObject({ prompt: "45+27=", target: undefined, interventions: [] });
  expect(view.getState()).toMatchObject({ tab: "neurons", colourScale: "log", count: 50, pinned: [] });
  view.setState(view.getInitialState(), true);
});

describe("links", () => {
  test("carry the adapter and the variant, and only offer them to whoever opens one", async () => {
    await attachAdapter(LORA);
    const link = encodeFinding(currentFinding(false)!);
    expect(link).toContain("&a=https://a.org/tiny/&ah=bbbbbbbbbbbb&variant=adapted&");
    await detachAdapter();
    calls = [];
    openLink(link, [SHIPPED]);
    pursueNow();
    expect([adapter.getState(), variant(), calls]).toEqual([
      { choice: LORA, status: { kind: "offered" } },
      "adapted",
      [],
    ]);
    await attachAdapter(adapter.getState().choice!);
    pursueNow();
    expect(calls.find(([name]) => name === "predict")![2]).toMatchObject({ variant: "adapted" });
  });

  test("declining an offered adapter goes on with the base, without a word to the engine", async () => {
    openLink("#v=1&m=abacus&a=owner/lora&variant=adapted&p=3%2B5=", [SHIPPED]);
    await detachAdapter();
    expect([adapter.getState().status.kind, variant(), names()]).toEqual(["nothing", "base", []]);
  });

  test("a folder's adapter is not on the web, and a variant needs an adapter", () => {
    openLink("#v=1&m=abacus&a=my-lora&variant=adapted&p=x", [SHIPPED]);
    expect(variant()).toBe("base");
    expect(notices.getState().list.map(({ message }) => message)).toContain(
      "The link is about the adapter “my-lora”, which is not on the web; open its folder to go on.",
    );
    openLink("#v=1&m=abacus&variant=adapted&p=x", [SHIPPED]);
    expect(variant()).toBe("base");
  });
});

test("showing the variant that is shown changes nothing", () => {
  let changes = 0;
  const end = question.subscribe(() => (changes += 1));
  showVariant("base");
  end();
  expect(changes).toBe(0);
});

test.each([
  ["owner/lora", "owner/lora", "owner/lora"],
  ["owner/lora@v1", "owner/lora@v1", "owner/lora"],
  ["https://a.org/x/tiny/", "https://a.org/x/tiny/", "tiny"],
])("%s is named %s and called %s", (typed, name, label) => {
  const choice = adapterNamed(typed)!;
  expect([adapterName(choice), adapterLabel(choice)]).toEqual([name, label]);
});

test.each(["lora", "", "owner/lora@a b", "ftp://a.org/"])("“%s” leads nowhere", (typed) => {
  expect(adapterNamed(typed)).toBeUndefined();
});
