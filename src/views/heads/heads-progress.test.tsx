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
