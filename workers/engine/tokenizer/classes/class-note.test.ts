import { EVERY_TOKENIZER } from "#test/tokenizers.ts";
import { fileSet } from "#test/engine.ts";
import { expect, test } from "vitest";
import { openTokenizer } from "../tokenizer.ts";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const noteOn = async (json: object, config: object, model: object) => {
  const files = { "tokenizer.json": json, "tokenizer_config.json": config, "config.json": model };
  return (await openTokenizer(fileSet(new Map(Object.entries(files).map(([name, each]) => [name, bytes(each)]))))).note;
};
const kind = (name: string) => EVERY_TOKENIZER.find((each) => each.name === name)!;

test.each([
  ["GPT-2", "gpt2"],
  ["Pythia", "gpt_neox"],
  ["Qwen", "qwen2"],
  ["Qwen", "qwen3"],
  ["Gemma", "gemma2"],
  ["Mistral", "llama"],
  ["Llama-3", "llama"],
  ["SmolLM2", "granite"],
])("nothing is said of %s as %s, whose class writes what the file says", async (name, type) => {
  const { json, config } = kind(name);
  expect(await noteOn(json, config, { model_type: type })).toBeUndefined();
});

test("what older files leave out is no difference", async () => {
  const { json } = kind("GPT-2");
  const older = {
    ...json,
    pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "ByteLevel", add_prefix_space: false }] },
  };
  expect(await noteOn(older, {}, { model_type: "gpt2" })).toBeUndefined();
});

test.each([
  [
    "Llama-2",
    "llama",
    "by LlamaTokenizer: the normalizer and pre_tokenizer of tokenizer.json, which are another there, do not count.",
  ],
  [
    "SmolLM2",
    "llama",
    "by GPT2Tokenizer: the pre_tokenizer of tokenizer.json, which is another there, does not count.",
  ],
  ["words", "qwen2", "by Qwen2Tokenizer: the normalizer, pre_tokenizer and model's type of tokenizer.json,"],
])("what is not used of %s as %s is named", async (name, type, sentence) => {
  const { json, config } = kind(name);
  expect(await noteOn(json, config, { model_type: type })).toContain(sentence);
});

test("a space in front that the config asks for is no difference to name", async () => {
  const { json, config } = kind("GPT-2");
  expect(await noteOn(json, { ...config, add_prefix_space: true }, { model_type: "gpt2" })).toBeUndefined();
});

test.each([
  ["Pythia", { tokenizer_class: "LlamaTokenizer" }, "llama"],
  ["Llama-3", { tokenizer_class: "LlamaTokenizerFast" }, "llama"],
  ["Qwen", { tokenizer_class: "LlamaTokenizerFast" }, "qwen3"],
  ["GPT-2", {}, "gemma2"],
])("a class that would lose the spaces of %s is named, and not taken", async (name, config, type) => {
  const { json } = kind(name);
  expect(await noteOn(json, config, { model_type: type })).toContain(
    "it would lose every space, as this vocabulary has no ▁",
  );
});

test("a name of endless Fast is read in the time that its length takes, not the square of it", async () => {
  const { json } = kind("GPT-2");
  const note = await noteOn(json, { tokenizer_class: `${"Fast".repeat(2_000_000)}x` }, { model_type: "gpt2" });
  expect(note).toBeUndefined();
});
