// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import "#state/experiments/behind-door.ts";
import { experimentForm } from "#state/experiments/form/form.ts";
import { EMPTY, experiments } from "#state/experiments/slots.ts";
import { decodeFinding } from "#state/link/permalink.ts";
import { setShareOpen } from "#state/link/words/share-sheet.ts";
import { setPrompt } from "#state/question.ts";
import { subjectNow } from "#state/subject.ts";
import { showTab } from "#state/view.ts";
import { askedSession, SWEEP } from "#test/asked-session.ts";
import { settle } from "#test/asked-engine.ts";
import { FORGED } from "#test/forged-result.ts";
import { Share } from "./Share.tsx";
import { ShareDialog } from "./ShareDialog.tsx";

const { answerBefore, last, settleTyping } = askedSession();
let host: HTMLElement;
let root: Root;
let copied: string[];

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  copied = [];
  vi.stubGlobal("navigator", { clipboard: { writeText: async (text: string) => void copied.push(text) } });
  host = document.body.appendChild(document.createElement("div"));
  root = createRoot(host);
});

afterEach(() => {
  act(() => setShareOpen(false));
  act(() => root.unmount());
  host.remove();
  vi.unstubAllGlobals();
});

const button = (name: string) => [...host.querySelectorAll("button")].find(({ textContent }) => textContent === name)!;
const field = (label: string) => {
  const found = [...host.querySelectorAll("label")].find(({ textContent }) => textContent.startsWith(label))!;
  return document.getElementById(found.htmlFor) as HTMLInputElement | HTMLTextAreaElement;
};
const link = () => decodeFinding(new URL(field("Link to this finding").value).hash).finding;

function type(label: string, text: string): void {
  const input = field(label);
  const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input) as object, "value")!;
  act(() => {
    set!.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

async function open(): Promise<void> {
  await answerBefore();
  await settle();
  await last("sweepHeads").answer(SWEEP);
  act(() =>
    root.render(
      <>
        <Share />
        <ShareDialog />
      </>,
    ),
  );
  act(() => button("Share…").click());
}

describe("the share dialog", () => {
  test.each([
    ["Title", 100],
    ["Note", 500],
  ])("says how much room is left for a %s, and that a text was cut", async (name, most) => {
    await open();
    const said = () =>
      document.getElementById(field(name).getAttribute("aria-describedby")!)!.parentElement!.textContent;
    expect(said().trim()).toBe(`${most} characters left.`);
    type(name, "abc");
    expect(said().trim()).toBe(`${most - 3} characters left.`);
    // an emoji beyond the first plane is one
    type(name, "😀".repeat(most - 1));
    expect(said().trim()).toBe("1 character left.");
    type(name, "😀".repeat(most));
    expect([said().trim(), Array.from(field(name).value).length]).toEqual(["0 characters left.", most]);
    type(name, "x".repeat(12_345));
    expect(said()).toBe(`0 characters left. It had 12,345 characters: the first ${most} are kept, the rest was cut.`);
    expect(field(name).value).toBe("x".repeat(most));
    expect(link()[name === "Title" ? "title" : "note"]).toBe("x".repeat(most));
    type(name, "x".repeat(most - 1));
    expect(said().trim()).toBe("1 character left.");
    type(name, "");
  });

  test("makes a link with its numbers and a person's own words, and copies it", async () => {
    await open();
    expect(link()).toMatchObject({ prompt: "3+5=", expected: { baseline: -0.5 } });
    expect(link().title).toBeUndefined();
    type("Title", "  One   head ");
    type("Note", "See L0H1.\n\n\n\nIt is all.");
    expect(link()).toMatchObject({ title: "One head", note: "See L0H1.\n\nIt is all." });
    await act(async () => button("Copy link").click());
    expect(copied).toEqual([field("Link to this finding").value]);
    expect(host.textContent).toContain("Copied.");
  });

  test("keeps what was typed for its question, over closing and other questions, and says it of no other", async () => {
    await open();
    type("Title", "Three and five");
    act(() => button("✕").click());
    expect(host.querySelector("input")).toBeNull();
    act(() => button("Share…").click());
    expect(field("Title").value).toBe("Three and five");
    await act(async () => {
      setPrompt("9-4=");
      await settleTyping();
      await answerBefore(5);
    });
    expect(field("Title").value).toBe("");
    await act(async () => {
      setPrompt("3+5=");
      await settleTyping();
      await answerBefore(8);
    });
    expect(field("Title").value).toBe("Three and five");
  });

  test("keeps what is typed while the answer is on its way, of what is shown and of what is asked", async () => {
    await open();
    await act(async () => {
      setPrompt("9-4=");
      await settleTyping();
    });
    expect(link().prompt).toBe("3+5=");
    type("Title", "Nine");
    const input = field("Title");
    await act(async () => answerBefore(5));
    expect(link()).toMatchObject({ prompt: "9-4=", title: "Nine" });
    // whoever is typing goes on
    expect(field("Title")).toBe(input);
    act(() => button("✕").click());
    act(() => button("Share…").click());
    expect(field("Title").value).toBe("Nine");
  });

  test("names the figure of the tab, has its files, and the HTML of a frame as wide as chosen", async () => {
    await open();
    const section = (name: string) => host.querySelector(`section[aria-label="${name}"]`)!;
    const files = (name: string) => [...section(name).querySelectorAll("button")].map(({ textContent }) => textContent);
    expect(section("Figure").textContent).toContain("What each head is worth to “8” after “3+5=” in abacus");
    expect(files("Figure")).toEqual(["SVG", "PNG"]);
    expect(files("Data")).toEqual(["JSON", "CSV", "Python"]);
    type("Title", 'A "title"');
    const code = () => field("HTML for another page").value;
    expect(code()).toMatch(
      /^<iframe src="[^"]*\?embed#v=1&amp;[^"]*" title="A &quot;title&quot;" width="560" height="\d+"/,
    );
    act(() => button("360 px").click());
    expect(code()).toContain('width="360"');
    const height = /height="(\d+)"/.exec(code())![1];
    expect(host.querySelector('[role="img"]')!.getAttribute("aria-label")).toBe(`The frame’s size: 360 × ${height} px`);
  });

  test("has the files of an experiment that ends while the dialog is open", async () => {
    showTab("experiments");
    await open();
    expect(host.textContent).toContain("This experiment was not run yet.");
    const form = experimentForm.getState();
    act(() =>
      experiments.setState({
        heads: { ...EMPTY, status: "done", value: FORGED, from: { about: subjectNow()!, form } },
      }),
    );
    expect(host.querySelector('section[aria-label="Data"]')).not.toBeNull();
    act(() => {
      experiments.setState(experiments.getInitialState(), true);
      showTab("heads");
    });
  });

  test.each(["patch", "lab", "experiments"] as const)(
    "in the tab %s, whose figure is made of no answer, links to the newer prompt once that is answered",
    async (tab) => {
      showTab(tab);
      await open();
      await act(async () => {
        setPrompt("9-4=");
        await settleTyping();
      });
      expect(link()).toMatchObject({ prompt: "3+5=", expected: { baseline: -0.5 } });
      await act(async () => answerBefore(5));
      expect(link()).toMatchObject({ prompt: "9-4=", view: tab, expected: { baseline: -0.5 } });
      expect(host.textContent).not.toContain("has no answer yet");
      act(() => showTab("heads"));
    },
  );

  test("selects the text where the browser lets no page copy", async () => {
    await open();
    vi.stubGlobal("navigator", {});
    await act(async () => button("Copy HTML").click());
    expect(host.textContent).toContain("the text is selected, to be copied by hand");
  });
});
