// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test } from "vitest";
import { clearResults, patchSlot, results } from "#state/run/results.ts";
import { HeadsPanel } from "./HeadsPanel.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

afterEach(clearResults);

test("the first sweep shows how far it is, and Stop, before any row is there", () => {
  const host = document.createElement("div");
  const root = createRoot(host);
  act(() => root.render(<HeadsPanel />));
  expect(host.querySelector("progress")).toBeNull();
  act(() =>
    patchSlot("sweep", { status: "computing", asked: "x", progress: { done: 3, total: 12, leftMs: undefined } }),
  );
  expect(host.querySelector("progress")!.value).toBe(0.25);
  expect([...host.querySelectorAll("button")].map(({ textContent }) => textContent)).toContain("Stop");
  expect(results.getState().sweep.value).toBeUndefined();
  act(() => root.unmount());
});

test("a sweep that ended without a row does not say that something has arrived", () => {
  const host = document.createElement("div");
  const root = createRoot(host);
  const earlier = { logProbability: [[-1]], baseline: -0.5, target: { id: 1, text: "8" } } as never;
  act(() => root.render(<HeadsPanel />));
  for (const [value, answers, says] of [
    [undefined, "", "Nothing of this map has arrived."],
    // of the question before
    [earlier, "a", "Nothing of this map has arrived."],
    [earlier, "b", "What has arrived is shown."],
  ] as const) {
    act(() => patchSlot("sweep", { status: "failed", asked: "b", answers, value }));
    expect(host.querySelector(".run-progress")!.textContent).toContain(`Not finished. ${says}`);
  }
  act(() => root.unmount());
});
