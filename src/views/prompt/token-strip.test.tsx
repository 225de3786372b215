// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { question } from "#state/question.ts";
import { clearResults, results } from "#state/run/results.ts";
import type { Slots } from "#state/run/results.ts";
import { TokenStrip } from "./TokenStrip.tsx";

beforeEach(() => vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true));
afterEach(() => {
  vi.unstubAllGlobals();
  clearResults();
  question.setState(question.getInitialState(), true);
});

function noteOf(prompt: string, slots: Partial<Slots> = {}): Element {
  question.setState({ prompt });
  results.setState(slots);
  const host = document.createElement("div");
  const root = createRoot(host);
  act(() => root.render(<TokenStrip />));
  const note = host.querySelector("[role=status]")!.cloneNode(true) as Element;
  act(() => root.unmount());
  return note;
}

const withUnknown = (...characters: string[]): Partial<Slots> => ({
  tokens: {
    ...results.getState().tokens,
    value: { first: [], last: [], count: 0, added: [], unknown: { characters, count: characters.length } },
  },
});

test("of an empty prompt, the note says of which prompt the results are, where there are any", () => {
  expect(noteOf("").textContent).toBe(
    "The prompt is empty; the model needs at least one token. Type something, or take an example.",
  );
  const { prediction } = results.getState();
  const slots = { prediction: { ...prediction, about: { prompt: "3+\u202E 5=" } } } as Partial<Slots>;
  expect(noteOf("", slots).textContent).toBe(
    "The prompt is empty; the model needs at least one token. Type something, or take an example; the last results, of “3+⟨U+202E⟩·5=”, stay until then.",
  );
});

test("an unknown character turns nothing of the sentence around: it is isolated, and named where nobody sees it", () => {
  const note = noteOf("3?5=", withUnknown("\u202E", "ש", "\0", "€"));
  expect(note.textContent).toBe(
    "The tokenizer does not know “⟨U+202E⟩”, “ש”, “⟨U+0000⟩”, “€”: the model sees ⟨unk⟩ there. Write it in characters that the model knows.",
  );
  expect([...note.querySelectorAll("bdi")].map(({ textContent }) => textContent)).toEqual([
    "⟨U+202E⟩",
    "ש",
    "⟨U+0000⟩",
    "€",
  ]);
});
