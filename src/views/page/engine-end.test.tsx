// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Fault } from "#core/fault.ts";
import type { Backend } from "#model/checkpoint.ts";
import { AskedEngine } from "#test/asked-engine.ts";
import { engineSilence, followEngine } from "#state/engine-life.ts";
import { model } from "#state/model/model.ts";
import { notices } from "#state/notices.ts";
import { connectEngine } from "#state/run/engine-port.ts";
import { ModelStatusLine } from "./status/ModelStatusLine.tsx";
import { Notices } from "./status/Notices.tsx";

let host: HTMLElement;
let root: Root;
let asked: AskedEngine;
let end: () => void;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  asked = new AskedEngine();
  connectEngine(asked.engine);
  end = followEngine(asked.engine);
  notices.setState({ list: [] });
  model.setState({
    choice: { id: "abacus", source: { kind: "url", base: "http://here/models/abacus/" } },
    backend: "auto",
    status: { kind: "ready" },
  });
  host = document.createElement("div");
  root = createRoot(host);
  act(() =>
    root.render(
      <>
        <Notices />
        <ModelStatusLine />
      </>,
    ),
  );
});

afterEach(() => {
  end();
  act(() => root.unmount());
  engineSilence.setState({ ms: undefined });
  vi.unstubAllGlobals();
});

const sentences = () => [...host.querySelectorAll("p")].map(({ textContent }) => textContent);
const buttons = () => [...host.querySelectorAll("button")];
const press = async (label: string) => {
  const found = buttons().find(({ textContent }) => textContent === label)!;
  await act(async () => {
    found.click();
    await Promise.resolve();
  });
};
const lose = async (times: number, message: string) => {
  for (let time = 0; time < times; time++) {
    await act(async () => {
      asked.stop(new Fault("engine-stopped", message));
      await Promise.resolve();
    });
  }
};

test("an engine without a sign is said with the way on, and a sign takes both away", () => {
  act(() => asked.tellSilence(60_000));
  expect(sentences().join(" ")).toContain("The engine has given no sign for 60\u202fs.");
  expect(buttons().map(({ textContent }) => textContent)).toEqual(["Restart the engine"]);
  act(() => asked.tellSilence(undefined));
  expect([sentences(), buttons()]).toEqual([[], []]);
});

test("the button restarts it, and the model is opened again", async () => {
  act(() => asked.tellSilence(60_000));
  await press("Restart the engine");
  expect(asked.last("load").prompt).toEqual({ kind: "url", base: "http://here/models/abacus/" });
});

test.each<[Backend | "auto", string]>([
  ["wasm", "Start the engine again"],
  ["webgpu", "Run on WASM"],
])("after the third loss on %s there is one sentence, with one way on", async (backend, wayOn) => {
  model.setState({ backend });
  await lose(3, "the engine's worker stopped: out of memory");
  expect(sentences()).toEqual([
    "The engine stopped 3 times within a minute, the last time because the engine’s worker stopped: out of memory; your prompt, interventions and results are kept.",
  ]);
  expect(buttons().map(({ textContent }) => textContent)).toEqual([wayOn]);
  const before = asked.calls.length;
  await press(wayOn);
  expect(asked.calls.slice(before).map(({ method }) => method)).toEqual(["load"]);
  expect(asked.last("load").options).toMatchObject({ backend: "wasm" });
});
