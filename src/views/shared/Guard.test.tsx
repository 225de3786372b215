// @vitest-environment happy-dom
import { act } from "react";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { question, setPrompt } from "#state/question.ts";
import { Guard } from "./Guard.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let isBroken: boolean;
let host: HTMLElement;
let root: Root;

function Breaking(): ReactNode {
  if (isBroken) throw new Error("no layer 3");
  return <p>drawn</p>;
}

beforeEach(() => {
  isBroken = true;
  // React tells the console of what a boundary has caught
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  host = document.createElement("div");
  root = createRoot(host);
  setPrompt("45+27=");
});
afterEach(() => {
  act(() => root.unmount());
  vi.restoreAllMocks();
});

const draw = (onReset?: () => void) =>
  act(() =>
    root.render(
      <>
        <Guard what="the panel “Chain”" onReset={onReset}>
          <Breaking />
        </Guard>
        <p>beside it</p>
      </>,
    ),
  );

const button = (name: string) => [...host.querySelectorAll("button")].find(({ textContent }) => textContent === name);
const press = (name: string) => act(() => button(name)!.click());

describe("a panel that cannot be drawn", () => {
  test("says so in its place, and nothing else goes or changes", () => {
    draw();
    expect(host.querySelector("[role=alert]")!.textContent).toContain(
      "The panel “Chain” could not be drawn: no layer 3. This is a fault of the page.",
    );
    expect(host.textContent).toContain("beside it");
    expect(question.getState().prompt).toBe("45+27=");
  });

  test("is tried again, also when it fails again", () => {
    draw();
    press("Try again");
    expect(host.textContent).toContain("could not be drawn");
    isBroken = false;
    press("Try again");
    expect(host.textContent).toBe("drawnbeside it");
  });

  test("is put back to how it begins where that can help", async () => {
    draw();
    expect(button("Reset this panel")).toBeUndefined();
    draw(() => {
      isBroken = false;
    });
    await act(async () => button("Reset this panel")!.click());
    expect(host.textContent).toBe("drawnbeside it");
  });

  test("can be handed on", async () => {
    // the page has fetched it while nobody waited
    await import("#state/link/shared-link.ts");
    const written: string[] = [];
    vi.spyOn(navigator.clipboard, "writeText").mockImplementation(async (text) => void written.push(text));
    draw();
    await act(async () => {
      button("Copy link")!.click();
      await vi.waitFor(() => expect(written).toHaveLength(1));
    });
    expect(button("Link copied")).toBeDefined();
  });
});
