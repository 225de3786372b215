// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Drawn } from "../drawn.ts";
import { Exports } from "../Exports.tsx";

beforeEach(() => vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true));
afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

const TABLE: Drawn = {
  name: "heads",
  title: "What each head is worth",
  says: (isPlain) => [isPlain ? "Without L0H7 the answer is 2,750 times less likely." : "L0H7 is worth 7.92 nats."],
  origin: { kind: "file", saved: undefined },
  link: undefined,
  unit: "nats",
  table: () => ({ header: ["head"], rows: [["L0H7"]] }),
};
const FIGURE: Drawn = {
  ...TABLE,
  figure: () => ({ width: 40, height: 20, marks: [{ tag: "rect", attrs: { width: 7, height: 5 } }] }),
};

function show(drawn: Drawn | undefined) {
  const host = document.body.appendChild(document.createElement("div"));
  const root = createRoot(host);
  const draw = (next: Drawn | undefined) => act(() => root.render(<Exports drawn={next} />));
  draw(drawn);
  const button = () => [...host.querySelectorAll("button")].find(({ textContent }) => textContent === "Enlarge");
  return { host, draw, button, end: () => act(() => root.unmount()) };
}

test("a figure is enlarged with what it is about and what it says, stays as it was asked for, and is closed again", async () => {
  const { host, draw, button, end } = show(FIGURE);
  act(() => button()!.click());
  await vi.waitFor(async () => {
    await act(() => Promise.resolve());
    expect(host.querySelector("dialog[open]")).not.toBeNull();
  });
  const sheet = host.querySelector("dialog")!;
  expect(sheet.querySelector("h2")!.textContent).toBe("What each head is worth");
  expect(sheet.textContent).toContain("Without L0H7 the answer is 2,750 times less likely.");
  expect(sheet.querySelector("svg")!.getAttribute("viewBox")).toBe("0 0 40 20");
  expect(sheet.querySelector("rect")!.getAttribute("width")).toBe("7");
  // the answer to a newer question is not there yet
  draw(undefined);
  expect(host.querySelector("dialog[open] rect")).not.toBeNull();
  // as Escape has it closed by the browser
  act(() => sheet.close());
  expect(host.querySelector("dialog")).toBeNull();
  end();
});

test("what is only a table is not enlarged, and what is not there is not either", () => {
  const { host, draw, button, end } = show(TABLE);
  expect(button()).toBeUndefined();
  expect(host.textContent).toContain("CSV");
  draw(undefined);
  expect(host.querySelector("button")).toBeNull();
  end();
});
