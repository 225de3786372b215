// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ModelInfo } from "#protocol/engine.ts";
import { AskedEngine } from "#test/asked-engine.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { connectEngine } from "#state/run/engine-port.ts";
import { clearResults } from "#state/run/results.ts";
import { forgetRuns } from "#state/run/runner.ts";
import { pursueNow } from "#state/run/session.ts";
import { PredictionProgress } from "./PredictionProgress.tsx";

let host: HTMLElement;
let root: Root;
let asked: AskedEngine;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  asked = new AskedEngine();
  connectEngine(asked.engine);
  forgetRuns();
  clearResults();
  question.setState({ prompt: "3+5=", target: undefined, interventions: [] });
  model.setState({
    choice: { id: "abacus", source: { kind: "url", base: "http://here/models/abacus/" } },
    status: { kind: "ready" },
    info: { name: "abacus", layers: 32, heads: 32 } as ModelInfo,
  });
  host = document.createElement("div");
  root = createRoot(host);
  act(() => root.render(<PredictionProgress />));
});

afterEach(() => {
  act(() => root.unmount());
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const button = (label: string) => [...host.querySelectorAll("button")].find(({ textContent }) => textContent === label);

test("a prediction that takes its time shows how far it is, and is stopped and asked again by a button", () => {
  expect(host.textContent).toBe("");
  act(() => pursueNow());
  act(() => asked.last("predict").onProgress!({ done: 8, total: 32 }));
  expect(host.querySelector("progress")!.value).toBe(0.25);
  const { signal } = asked.last("predict");
  act(() => button("Stop")!.click());
  expect(signal!.aborted).toBe(true);
  expect(host.querySelector("progress")).toBeNull();
  expect(host.textContent).toContain("Stopped.");
  act(() => button("Run again")!.click());
  expect(asked.waiting("predict")).toHaveLength(1);
  expect(button("Stop")).toBeDefined();
});
