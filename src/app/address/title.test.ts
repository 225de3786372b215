import { beforeEach, expect, test } from "vitest";
import { setPublished } from "#state/chain-view.ts";
import { guide } from "#state/guide/guide.ts";
import { model } from "#state/model/model.ts";
import { FIRST_LOOK } from "#state/first-look/first-look.ts";
import { setPrompt, togglePart } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { settle } from "#test/asked-engine.ts";
import { showTab } from "#state/view.ts";
import { askedSession, HEAD, OTHER, prediction, SHIPPED } from "#test/asked-session.ts";
import { titleNow } from "./title.ts";

const { last, settleTyping, answerBefore } = askedSession();

beforeEach(() => {
  guide.setState({ isGalleryOpen: false });
  // the model that the page opens with goes unnamed
  model.setState({ choice: { ...SHIPPED, id: FIRST_LOOK.model } });
});

test("the title follows what is asked and what came of it, and never pairs a prompt with another's answer", async () => {
  expect(titleNow()).toBe("3+5= · Heads · Arithmoscope");
  await answerBefore(8);
  expect(titleNow()).toBe("3+5= → 8 · Heads · Arithmoscope");
  togglePart(HEAD);
  expect(titleNow()).toBe("3+5= · L0H1 off · Heads · Arithmoscope");
  await settle();
  await last("predict").answer(prediction(4, -0.3));
  expect(results.getState().predictionAblated.value?.top[0]?.text).toBe("4");
  expect(titleNow()).toBe("3+5= → 4 · L0H1 off · Heads · Arithmoscope");
  setPrompt("45+27=");
  expect(titleNow()).toBe("45+27= · L0H1 off · Heads · Arithmoscope");
  await settleTyping();
  expect(titleNow()).toBe("45+27= · L0H1 off · Heads · Arithmoscope");
});

test("the title names another model, the tab, a published record and the page of findings", () => {
  model.setState({ choice: OTHER });
  showTab("neurons");
  expect(titleNow()).toBe("3+5= · Neurons · other · Arithmoscope");
  showTab("chain");
  setPublished("llama-7b-3plus5");
  expect(titleNow()).toBe("Chain · Llama-7B · Arithmoscope");
  setPublished(undefined);
  guide.setState({ isGalleryOpen: true });
  expect(titleNow()).toBe("Findings · Arithmoscope");
});

test.each([
  ["x".repeat(1_000_000), `${"x".repeat(40)}… · Heads · Arithmoscope`],
  ["😀".repeat(41), `${"😀".repeat(40)}… · Heads · Arithmoscope`],
  ["3+5=\u202E", "3+5=⟨U+202E⟩ · Heads · Arithmoscope"],
  ["3 + 5\n=", "3 + 5⏎= · Heads · Arithmoscope"],
  ["3 · 5 =", "3 · 5 = · Heads · Arithmoscope"],
  ["", "Heads · Arithmoscope"],
])("the title of a text that is long or has what nobody sees is short and legible", (prompt, title) => {
  setPrompt(prompt);
  expect(titleNow()).toBe(title);
});
