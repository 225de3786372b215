// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { model } from "#state/model/model.ts";
import { notices } from "#state/notices.ts";
import { replaceQuestion } from "#state/question.ts";
import { clearResults, patchSlot } from "#state/run/results.ts";
import { PageHeader } from "./PageHeader.tsx";

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  model.setState({ choice: { id: "abacus", source: { kind: "url", base: "http://here/models/abacus/" } } });
  replaceQuestion({ prompt: "1+1=", target: undefined, interventions: [] });
});

afterEach(() => {
  clearResults();
  vi.unstubAllGlobals();
});

const said = () => notices.getState().list.filter(({ about }) => about === "copy");

test.each([
  ["another question", () => replaceQuestion({ prompt: "7+8=", target: undefined, interventions: [] })],
  ["an answer", () => patchSlot("prediction", { answers: "1+1=" })],
])("what was said of a copied link goes with %s", async (_what, change) => {
  const host = document.createElement("div");
  const root = createRoot(host);
  patchSlot("prediction", { status: "failed" });
  act(() => root.render(<PageHeader />));
  const button = [...host.querySelectorAll("button")].find(({ textContent }) => textContent === "Copy link")!;
  await act(async () => {
    button.click();
    // what makes a link comes when it is asked for
    await vi.waitFor(() => expect(said()).toHaveLength(1));
  });
  act(change);
  expect(said()).toEqual([]);
  act(() => root.unmount());
});
