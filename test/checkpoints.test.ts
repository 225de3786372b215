import { Tokenizer } from "@huggingface/tokenizers";
import { expect, test } from "vitest";
import { abacusFiles, bfloat16Bits, float16Bits, randomCheckpoint } from "./checkpoints.ts";

test.each([
  [0, 0x0000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [2 ** -24, 0x0001],
  [2 ** -14, 0x0400],
  // a step at 1 is 2⁻¹⁰, and the largest value below 2 carries into the exponent
  [1 + 2 ** -10, 0x3c01],
  [2 - 2 ** -13, 0x4000],
])("writes %d as the half that IEEE 754 names", (value, bits) => {
  expect(float16Bits(value)).toBe(bits);
});

test("refuses what a half cannot hold", () => {
  expect(() => float16Bits(1e6)).toThrow("float16: 1000000 is beyond 65504");
});

test.each([
  [1, 0x3f80],
  [-3.140625, 0xc049],
  // halfway between two: to the even one
  [1 + 2 ** -8, 0x3f80],
  [1 + 3 * 2 ** -8, 0x3f82],
])("rounds %d to a bfloat16", (value, bits) => {
  expect(bfloat16Bits(value)).toBe(bits);
});

test("comes with a tokenizer that the tokenizer library reads", () => {
  const files = randomCheckpoint();
  const json = (name: string) => JSON.parse(new TextDecoder().decode(files.get(name))) as object;
  const tokenizer = new Tokenizer(json("tokenizer.json"), json("tokenizer_config.json"));
  expect(tokenizer.encode("w12 w5 w96").ids).toEqual([1, 12, 5, 96]);
  expect(tokenizer.encode("w12 é").ids).toEqual([1, 12, 0]);
});

test("reads every file of the bundled model", () => {
  expect([...abacusFiles().keys()]).toEqual(
    expect.arrayContaining(["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]),
  );
});
