import { expect, test } from "vitest";
import { conceptTokens } from "./concept-tokens.ts";

/** As a Llama tokenizer: a space goes before the text, a word takes it in, a digit does not. */
const VOCABULARY = ["<s>", "▁", "3", "=", "▁three", "three", "▁="];
const tokenizer = {
  async tokenize(text: string) {
    const pieces = ` ${text}`.replace(/^ {2}/, " ").match(/ ?three| ?=|\d| /g) ?? [];
    const texts = pieces.map((piece) => piece.replace(" ", "▁"));
    return {
      ids: [0, ...texts.map((each) => VOCABULARY.indexOf(each))],
      texts: ["<s>", ...texts],
      added: [0],
      unknown: [],
    };
  },
};

test("finds a word's token by itself, and a digit's behind a sign", async () => {
  expect(await conceptTokens(["3"], tokenizer)).toEqual({ ids: [2], notTokens: [] });
  expect(await conceptTokens(["three", " three "], tokenizer)).toEqual({ ids: [4, 5], notTokens: [] });
});

test("names what is several tokens, and leaves empty words out", async () => {
  expect(await conceptTokens(["", "3", "33"], tokenizer)).toEqual({ ids: [2], notTokens: ["33"] });
});

test.each([
  ["a list that stands for nothing", ["33"], "none of the 1 words is a single token"],
  ["a list without end", Array.from({ length: 2_001 }, () => "3"), "2001 words; at most 2000"],
])("refuses %s", async (_, words, message) => {
  await expect(conceptTokens(words, tokenizer)).rejects.toThrow(message);
});
