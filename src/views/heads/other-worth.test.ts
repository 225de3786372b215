import { expect, test } from "vitest";
import { otherSource } from "#state/run/other-worth.ts";
import { otherSentence } from "./OtherWorthLine.tsx";

const at = { layer: 0, head: 7 };
const prompts = ["5+9=", "6+7=", "4+9="];

test.each<[name: string, both: Parameters<typeof otherSentence>[1], sentence: string]>([
  [
    "by zero, the mean on its way",
    { effect: 7.924, worth: { prompts }, own: 0 },
    "L0H7 by zero: 7.92 nats; by its mean over 3 other prompts (5+9=, 6+7=, …): on its way.",
  ],
  [
    "by zero, and nothing by the mean",
    { effect: 7.924, worth: { prompts, effect: 0.001 }, own: 0 },
    "L0H7 by zero: 7.92 nats; by its mean over 3 other prompts (5+9=, 6+7=, …): 0.00 nats. It does not survive the mean.",
  ],
  [
    "by both",
    { effect: 7.924, worth: { prompts, effect: 3 }, own: 0 },
    "L0H7 by zero: 7.92 nats; by its mean over 3 other prompts (5+9=, 6+7=, …): 3.00 nats.",
  ],
  [
    "by nothing",
    { effect: 0.01, worth: { prompts, effect: 0 }, own: 0 },
    "L0H7 by zero: 0.01 nats; by its mean over 3 other prompts (5+9=, 6+7=, …): 0.00 nats.",
  ],
  [
    "by the mean on the page, and zero beside it",
    { effect: 0, worth: { prompts: [], effect: 7.92 }, own: 8 },
    "L0H7 by its mean over 8 other prompts: 0.00 nats; by zero: 7.92 nats. It does not survive the mean.",
  ],
])("%s", (_name, both, sentence) => expect(otherSentence(at, both)).toBe(sentence));

test("the other of zero is the mean over prompts with other numbers, that of a mean is zero, and a prompt without numbers has none", () => {
  expect(otherSource(undefined, "3+5=")).toHaveLength(8);
  expect(otherSource(["1+2="], "3+5=")).toEqual([]);
  expect(otherSource(undefined, "the nurse said that")).toBeUndefined();
});
