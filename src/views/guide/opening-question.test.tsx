// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { replaceQuestion, setPrompt } from "#state/question.ts";
import { EMPTY_SLOT, clearResults, results } from "#state/run/results.ts";
import { subjectOf } from "#test/subjects.ts";
import { Opening } from "./Opening.tsx";

const TEXTS = { m: { prompt: "3+5=", reads: "3 + 5 =", about: "It is tiny." } };
let host: HTMLElement;
let root: Root;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  clearResults();
  host = document.createElement("div");
  root = createRoot(host);
});

afterEach(() => {
  act(() => root.unmount());
  clearResults();
  vi.unstubAllGlobals();
});

/** The question above a page on which a prompt was answered with 8. */
function asked(prompt: string): string {
  replaceQuestion({ prompt, target: undefined, interventions: [] });
  const token = { id: 8, text: "8", probability: 0.9, logProbability: -0.1, rank: 0 };
  const value = { tokens: [], top: [token], included: [], target: token };
  const about = subjectOf({ prompt, token });
  results.setState({ prediction: { ...EMPTY_SLOT, status: "done", value, about } });
  act(() => root.render(<Opening texts={TEXTS} />));
  return question();
}

const question = () => host.querySelector("h2")!.textContent;

test.each([
  ["3+5=", "A language model answers 3 + 5 = 8. Which of its parts know that?"],
  ["1+7=", "A language model answers 1+7= 8. Which of its parts know that?"],
  ["4 + 4\n=\u202E", "A language model answers 4 + 4⏎=⟨U+202E⟩ 8. Which of its parts know that?"],
  [`${"3+5=8, ".repeat(4)}1+7=`, "A language model answers the prompt below with 8. Which of its parts know that?"],
])("%j is quoted as a person would write it, and a long one is not", (prompt, sentence) => {
  expect(asked(prompt)).toBe(sentence);
});

test("a prompt that is typed on is not said to have the earlier one's answer", () => {
  asked("3+5=");
  act(() => setPrompt("3+51="));
  expect(question()).toBe("A language model answers 3 + 5 = 8. Which of its parts know that?");
});
