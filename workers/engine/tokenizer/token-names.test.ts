import { expect, test } from "vitest";
import { TokenNames } from "./token-names.ts";

test("pieces of text are told from what marks something, is kept free or does not exist", () => {
  const text = ["the", "Ġpad", "<0x0A>", "unused", "[", "reserve"];
  const free = ["<unused7>", "[unused12]", "<extra_id_3>", "<|reserved_special_token_7|>", "<pad>", "[PAD]"];
  const vocab = Object.fromEntries(["<s>", "<|im_start|>", ...text, ...free].map((name, id) => [name, id]));
  const added = [
    { content: "<s>", special: true },
    { content: "<|im_start|>", special: false },
  ];
  const names = new TokenNames({ model: { vocab }, added_tokens: added });
  const plain = Object.keys(vocab).filter((name) => names.isPlain(names.idOf(name)!));
  expect(plain).toEqual(text);
  expect(names.isPlain(99)).toBe(false);
});
