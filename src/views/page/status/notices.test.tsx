// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dismiss, notices, notify } from "#state/notices.ts";
import { Notices } from "./Notices.tsx";

let host: HTMLElement;
let root: Root;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  notices.setState({ list: [] });
  host = document.createElement("div");
  root = createRoot(host);
  act(() => root.render(<Notices />));
});

afterEach(() => {
  act(() => root.unmount());
  vi.unstubAllGlobals();
});

const shown = () => [...host.querySelectorAll(".notice p")].map(({ textContent }) => textContent.trim());
const fold = () => host.querySelector<HTMLButtonElement>("[aria-expanded]");
const say = (...messages: readonly string[]) => act(() => messages.forEach((message) => notify(message, message)));

test("at most three stand, the newest first, and older ones are folded", () => {
  say("One.", "Two.", "Three.");
  expect([shown(), fold()]).toEqual([["Three.", "Two.", "One."], null]);
  say("Four.", "Five.");
  expect([shown(), fold()!.textContent]).toEqual([["Five.", "Four.", "Three."], "and 2 more"]);
  act(() => fold()!.click());
  expect([shown(), fold()!.textContent]).toEqual([["Five.", "Four.", "Three.", "Two.", "One."], "Only the newest"]);
  act(() => fold()!.click());
  expect(shown()).toEqual(["Five.", "Four.", "Three."]);
});

test("one that is sent away makes room for an older one, and one that is said anew is the newest", () => {
  say("One.", "Two.", "Three.", "Four.");
  act(() => dismiss("Three."));
  expect([shown(), fold()]).toEqual([["Four.", "Two.", "One."], null]);
  say("One.");
  expect(shown()).toEqual(["One.", "Four.", "Two."]);
});

test("the same sentence about two things stands once, where it was said last", () => {
  act(() => notify("a", "It is full."));
  say("Two.");
  act(() => notify("b", "It is full."));
  expect(shown()).toEqual(["It is full.", "Two."]);
});
