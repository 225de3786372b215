import { expect, test } from "vitest";
import { saysSame } from "./spellings.ts";

test.each([
  ["8", "8"],
  ["8", "eight"],
  ["▁Eight", "8"],
  ["Ġeight", "acht"],
  ["huit", "VIII"],
  ["otto", "ocho"],
  ["six", "6"],
  ["Paris", "▁paris"],
  ["null", "0"],
])("%s says the same as %s", (a, b) => {
  expect([saysSame(a, b), saysSame(b, a)]).toEqual([true, true]);
});

test.each([
  ["8", "80"],
  ["eight", "eighth"],
  ["8", "⁸"],
  ["paris", "rome"],
  // a space before a word is no word
  ["▁", "8"],
  // a letter in small print is no Roman figure
  ["i", "1"],
  ["", "8"],
])("%s does not say what %s says", (a, b) => {
  expect([saysSame(a, b), saysSame(b, a)]).toEqual([false, false]);
});
