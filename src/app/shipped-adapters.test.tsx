// @vitest-environment happy-dom
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AdapterInfo, ModelInfo } from "#protocol/engine.ts";
import { AskedEngine } from "#test/asked-engine.ts";
import { adapter } from "#state/model/adapter.ts";
import { adapterSet } from "#state/experiments/adapter-set.ts";
import { editExperiment, experimentForm } from "#state/experiments/form/form.ts";
import { model } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { connectEngine } from "#state/run/engine-port.ts";
import { AdapterGroup } from "#views/header/AdapterGroup.tsx";
import { readAdaptersOnceWanted, WITH_ADAPTERS } from "./shipped-adapters.ts";

const MODELS = join(import.meta.dirname, "../../public/models");
const LAYERS = ["layer-0", "layer-1", "layer-2", "layer-3", "layer-4", "layer-5"];
const base = (id: string) => `https://page.example/models/${id}/`;
const shipped = ["abacus", "abacus-2"].map((id): ModelChoice => ({ id, source: { kind: "url", base: base(id) } }));
const infoOf = (id: string) => ({ source: { kind: "url", name: base(id) } }) as ModelInfo;

let asked: AskedEngine;
let fetched: string[];
let host: HTMLElement;
let root: Root;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  fetched = [];
  vi.stubGlobal("fetch", (url: URL) => {
    fetched.push(url.href);
    const path = join(MODELS, url.pathname.replace("/models/", ""));
    const answer = existsSync(path)
      ? new Response(readFileSync(path), { headers: { "content-type": "application/json" } })
      : new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
    return Promise.resolve(answer);
  });
  asked = new AskedEngine();
  connectEngine(asked.engine);
  host = document.createElement("div");
  root = createRoot(host);
  end = readAdaptersOnceWanted(shipped);
});

afterEach(() => {
  end();
  act(() => root.unmount());
  model.setState(model.getInitialState(), true);
  adapter.setState(adapter.getInitialState(), true);
  adapterSet.setState(adapterSet.getInitialState(), true);
  question.setState(question.getInitialState(), true);
  experimentForm.setState(experimentForm.getInitialState(), true);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const answers = (id: string) =>
  act(async () => {
    model.setState({ status: { kind: "ready" }, info: infoOf(id) });
    root.render(<AdapterGroup onChoose={() => undefined} />);
    await vi.waitFor(() => expect(fetched.length === 0 || base(id) in adapterSet.getState().shipped).toBe(true));
  });
const offers = () =>
  [...host.querySelectorAll("button")].filter(({ textContent }) => textContent.endsWith("which comes with the page"));

test("the models that are said to have adapters are those that have a list, and all that is listed is there", () => {
  const listed = readdirSync(MODELS).filter((name) => existsSync(join(MODELS, name, "adapters/index.json")));
  expect(listed).toEqual([...WITH_ADAPTERS]);
  for (const layer of LAYERS)
    expect(existsSync(join(MODELS, "abacus-2/adapters", layer, "adapter_config.json"))).toBe(true);
});

test("the menu offers the adapters of the model at hand, and one click attaches one", async () => {
  await answers("abacus-2");
  expect(fetched).toEqual(["https://page.example/models/abacus-2/adapters/index.json"]);
  expect(offers().map(({ textContent }) => textContent)).toEqual(
    LAYERS.map((layer) => `Attach ${layer}, which comes with the page`),
  );
  act(() => offers()[3]!.click());
  expect(asked.last("attachAdapter").prompt).toEqual({
    kind: "url",
    base: "https://page.example/models/abacus-2/adapters/layer-3/",
  });
  expect(adapter.getState().choice?.id).toBe("https://page.example/models/abacus-2/adapters/layer-3/");
  const info = { ranks: [8], parameters: 1, modules: ["q_proj"], layers: [3] } as unknown as AdapterInfo;
  await act(() => asked.last("attachAdapter").answer(info));
  expect(question.getState().variant).toBe("adapted");
  expect(offers()).toHaveLength(LAYERS.length - 1);
});

test("of a model without adapters nothing is asked, until the experiment with a set of them is", async () => {
  await answers("abacus");
  expect(fetched).toEqual([]);
  expect(offers()).toEqual([]);
  await act(async () => {
    editExperiment({ kind: "adapters" });
    await vi.waitFor(() => expect(Object.keys(adapterSet.getState().shipped)).toHaveLength(2));
  });
  expect(fetched).toEqual(["abacus", "abacus-2"].map((id) => `${base(id)}adapters/index.json`));
});
