import { afterEach, beforeEach, expect, test } from "vitest";
import { settle } from "#test/asked-engine.ts";
import { askedSession, INFO, OTHER, SHIPPED } from "#test/asked-session.ts";
import { cutAlike } from "#test/cut-alike.ts";
import { firstPage } from "#test/first-page.ts";
import { otherNumbers } from "../ablation-source.ts";
import { FIRST_LOOK } from "./first-look.ts";
import { openLink } from "../link/links.ts";
import { model } from "../model/model.ts";
import { notices } from "../notices.ts";
import { question, setAblationSource, setPrompt, undo } from "../question.ts";
import { followDonorPrompts } from "./follow-donor-prompts.ts";

const { waiting } = askedSession();
let end: () => void;

beforeEach(() => {
  firstPage({ prompt: FIRST_LOOK.prompt, ablationSource: FIRST_LOOK.ablationSource });
  end = followDonorPrompts();
});

afterEach(() => end());

const donorPrompts = () => question.getState().ablationSource;

const tokenized = (fitting: number) => cutAlike({ waiting }, question.getState().prompt, fitting);

test("the page's own stand-ins are at once those of the prompt that is typed, and of the one that undo brings back", () => {
  setPrompt("3+5=");
  expect(donorPrompts()).toEqual(otherNumbers("3+5="));
  undo();
  expect(donorPrompts()).toEqual(FIRST_LOOK.ablationSource);
});

test("a prompt without numbers has zero, and the next one with numbers the mean again", () => {
  for (const text of ["", "the nurse said that"]) {
    setPrompt(text);
    expect(donorPrompts()).toBeUndefined();
  }
  setPrompt("47+38=");
  expect(donorPrompts()).toEqual(otherNumbers("47+38="));
});

test.each<[what: string, prompts: string[]]>([
  ["prompts of a person's own", ["12-11=", "31-27="]],
  ["zero", []],
])("%s stay with the next prompt", (_what, prompts) => {
  setAblationSource(prompts);
  setPrompt("47-38=");
  expect(donorPrompts() ?? []).toEqual(prompts);
});

test("a link's zero stays zero, also after a prompt that had nothing to suggest", () => {
  setPrompt("");
  openLink("#v=1&m=abacus&p=3%2B5=", [SHIPPED]);
  expect(donorPrompts()).toBeUndefined();
  setPrompt("4+5=");
  expect(donorPrompts()).toBeUndefined();
});

test("what was typed before this part of the page was there is followed as well", () => {
  end();
  firstPage({ prompt: "3+5=", ablationSource: FIRST_LOOK.ablationSource });
  end = followDonorPrompts();
  expect(donorPrompts()).toEqual(otherNumbers("3+5="));
});

test("those that the model's tokenizer cuts otherwise are left out", async () => {
  setPrompt("3+5=");
  await tokenized(3);
  expect(donorPrompts()).toEqual(otherNumbers("3+5=").slice(0, 3));
  setPrompt("4+5=");
  expect(donorPrompts()).toEqual(otherNumbers("4+5="));
});

test("where too few are left what is off is 0, which is said", async () => {
  setPrompt("3+5=");
  await tokenized(1);
  expect(donorPrompts()).toBeUndefined();
  expect(notices.getState().list.map(({ message }) => message)).toEqual([
    "What is off is 0 now: of 8 prompts with other numbers this model’s tokenizer cuts only 1 into as many tokens as this one, and a mean needs 2.",
  ]);
});

test("another model is asked again which of them fit", async () => {
  model.setState({ choice: OTHER, info: { ...INFO, name: "other", content: "b".repeat(64) } });
  await tokenized(4);
  await settle();
  expect(donorPrompts()).toEqual(FIRST_LOOK.ablationSource.slice(0, 4));
});
