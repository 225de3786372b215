// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DEFAULT_READING } from "#state/link/finding.ts";
import { clearResults, patchSlot } from "#state/run/results.ts";
import { setReading, view } from "#state/view.ts";
import { DirectLook } from "./DirectLook.tsx";

const token = (id: number) => ({ id, text: String(id), probability: 0.1, logProbability: Math.log(0.1) });

let host: HTMLElement;
let root: Root;

beforeEach(async () => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  clearResults();
  view.setState({ reading: { ...DEFAULT_READING, look: "direct" } });
  const before = { tokens: [], top: [token(8), token(7), token(6)], target: { ...token(8), rank: 0 }, included: [] };
  patchSlot("prediction", { value: before, status: "done" });
  host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
  await act(async () => root.render(<DirectLook />));
});

afterEach(async () => {
  await act(async () => root.unmount());
  host.remove();
});

const select = () => host.querySelector("select")!;
const chosen = () => select().selectedOptions[0]!.textContent;

test("what is counted against is offered by name, and is what is asked", async () => {
  expect([...select().options].map(({ textContent }) => textContent)).toEqual(["no other", "7", "6"]);
  await act(async () => {
    select().value = "6";
    select().dispatchEvent(new Event("change", { bubbles: true }));
  });
  expect(view.getState().reading.against).toBe(6);
  expect(chosen()).toBe("6");
  await act(async () => {
    select().value = "";
    select().dispatchEvent(new Event("change", { bubbles: true }));
  });
  expect(view.getState().reading).not.toHaveProperty("against");
});

test("a link's token goes by its own id where it is not among the first, and the target is nothing to count against", async () => {
  await act(async () => setReading({ against: 99 }));
  expect(chosen()).toBe("token 99");
  await act(async () => setReading({ against: 8 }));
  expect(chosen()).toBe("no other");
});
