// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PATCH_SITES } from "#protocol/patching.ts";
import { editPatch, patchForm } from "#state/lab/patch-form.ts";
import { clearLab } from "#state/lab/tools.ts";
import { DEFAULT_PATCH } from "#state/link/finding.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { connectEngine } from "#state/run/engine-port.ts";
import { clearResults } from "#state/run/results.ts";
import { chooseNumbers } from "#state/view.ts";
import { exportingEngine, infoOf } from "#test/exporting-engine.ts";
import { PatchPanel } from "./PatchPanel.tsx";

let host: HTMLElement;
let root: Root;

beforeEach(async () => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  clearResults();
  clearLab();
  patchForm.setState(DEFAULT_PATCH, true);
  question.setState({ prompt: "3+5=", target: undefined, interventions: [] });
  connectEngine(exportingEngine().engine);
  const choice = { id: "abacus", source: { kind: "url", base: "http://here/models/abacus/" } } as const;
  model.setState({ choice, status: { kind: "ready" }, info: infoOf("abacus", "q8") });
  host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
  await act(async () => root.render(<PatchPanel />));
});

afterEach(async () => {
  await act(async () => root.unmount());
  host.remove();
});

const press = async (label: string) => {
  const button = [...host.querySelectorAll("button")].find(({ textContent }) => textContent === label)!;
  await act(async () => {
    button.click();
    await Promise.resolve();
  });
};

describe("the panel, before the page's prompt has an answer", () => {
  test.each(PATCH_SITES)("has its fields for %s", async (site) => {
    await act(async () => editPatch({ site }));
    expect(host.querySelector("select")!.value).toBe(site);
    expect(host.textContent).toContain("Two prompts that differ in one thing");
  });
});

test("what is wrong is said at the field, and goes with what is typed", async () => {
  await act(async () => editPatch({ site: "post" }));
  await press("Patch");
  expect(host.textContent).toContain("Name the neurons, as");
  await act(async () => editPatch({ neurons: "L0N1 x" }));
  expect(host.textContent).not.toContain("Name the neurons");
  await press("Patch");
  expect(host.textContent).toContain("“x” is no neuron");
  await act(async () => editPatch({ site: "z", wrong: "7" }));
  await press("Patch");
  expect(host.textContent).toContain("Type the right answer too");
  await act(async () => question.setState({ prompt: "the nurse said that" }));
  await press("Patch");
  expect(host.textContent).toContain("Type the corrupted prompt");
});

test("what is switched off on the page is said to have no part in it", async () => {
  expect(host.textContent).not.toContain("nothing switched off");
  const off = { kind: "head", at: { layer: 0, head: 1 }, scale: 0 } as const;
  await act(async () => question.setState({ interventions: [off] }));
  expect(host.textContent).toContain("Patches are of the model with nothing switched off: L0H1 off changes none");
});

test("the map, its sentence and its files are there once the engine has answered", async () => {
  await press("Patch");
  await vi.waitFor(async () => {
    await act(async () => undefined);
    expect(host.querySelector('[role="grid"]')).not.toBeNull();
  });
  expect(host.textContent).toContain("8 is as likely as 8");
  act(() => chooseNumbers(true));
  expect(host.textContent).toContain("logit(8) − logit(8) is");
  act(() => chooseNumbers(false));
  expect([...host.querySelectorAll(".exports button")].map(({ textContent }) => textContent)).toEqual([
    "Enlarge",
    "SVG",
    "PNG",
    "CSV",
    "JSON",
  ]);
});

test("by itself two answers are judged by their difference, one by its log-probability, which has no difference", async () => {
  const by = () =>
    [...host.querySelectorAll("label")]
      .find(({ textContent }) => textContent?.startsWith("by"))!
      .querySelector("select")!;
  const difference = () => [...by().options].find(({ value }) => value === "logitDifference")!;
  expect([by().value, difference().disabled]).toEqual(["logitDifference", false]);
  await act(async () => editPatch({ right: "8" }));
  expect([by().value, difference().disabled]).toEqual(["logProbability", true]);
  await act(async () => editPatch({ wrong: "7" }));
  expect([by().value, difference().disabled]).toEqual(["logitDifference", false]);
  await act(async () => editPatch({ wrong: "", metric: "probability" }));
  expect(by().value).toBe("probability");
});
