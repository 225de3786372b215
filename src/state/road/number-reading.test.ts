import { expect, test } from "vitest";
import { digitsOf, numberReading } from "./number-reading.ts";

// as the tokenizers of these models cut them
test.each([
  ["Llama 2, Qwen2.5, Gemma", "1|2|3 5|4|3|2|1 7|6|5|4|3|2|1", "digits"],
  ["Llama 3", "123 543|21 765|432|1", "threes-from-left"],
  ["thousands", "123 54|321 7|654|321", "threes-from-right"],
  ["a vocabulary of numbers", "123 54321 7654321", "whole"],
  ["GPT-2", "123 54|321 76|54|321", "pieces"],
])("%s", (_model, cut, reading) => {
  expect(numberReading(cut.split(" ").map((sample) => sample.split("|")))).toBe(reading);
});

test("marks of a beginning or a space are no digits, and a token without one is none of the number’s", () => {
  expect(digitsOf(["<s>", "▁", "▁12", "Ġ3"])).toEqual(["12", "3"]);
});
