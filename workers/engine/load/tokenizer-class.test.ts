import { GGUF_FIELD } from "#model/gguf/config.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { fileSet } from "#test/engine.ts";
import { describe, expect, test } from "vitest";
import { openTokenizer } from "../tokenizer/tokenizer.ts";
import { readCheckpoint } from "./open-checkpoint.ts";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A Llama whose tokenizer cuts at spaces, and whose class would put ▁ there. */
const asLlama = () => randomCheckpoint().set("tokenizer_config.json", bytes({ tokenizer_class: "LlamaTokenizerFast" }));

describe("a repository that transformers knows to name a wrong class has its file's sections", () => {
  const BY_FILE = [1, 12, 5];

  test.each([
    ["hub", "deepseek-ai/DeepSeek-R1-Distill-Llama-8B", true],
    ["hub", "deepseek-ai/deepseek-coder-1.3b-base", true],
    ["hub", "someone/DeepSeek-R1-Distill-Llama-8B", false],
    ["url", "deepseek-ai/DeepSeek-R1-Distill-Llama-8B", false],
  ] as const)("%s: %s", async (kind, name, isByFile) => {
    const { tokenizer } = await readCheckpoint({ ...fileSet(asLlama()), identity: { kind, name } });
    const { ids } = await tokenizer.tokenize("w12 w5");
    expect(ids.join() === BY_FILE.join()).toBe(isByFile);
    expect(tokenizer.note === undefined).toBe(isByFile);
  });
});

describe("a folder of the type gpt2", () => {
  const open = (config: object | undefined, model: object) => {
    const files = randomCheckpoint().set("config.json", bytes(model));
    if (config === undefined) files.delete("tokenizer_config.json");
    else files.set("tokenizer_config.json", bytes(config));
    return openTokenizer(fileSet(files));
  };
  const isByFile = async (...folder: Parameters<typeof open>) =>
    (await (await open(...folder)).tokenize("w12 w5")).ids.join() === "1,12,5";

  test("is cut by GPT-2's class", async () => {
    expect(await isByFile(undefined, { model_type: "gpt2" })).toBe(false);
  });

  test("is cut as its tokenizer was made, where that was of a GGUF file's metadata", async () => {
    expect(await isByFile(undefined, { model_type: "gpt2", [GGUF_FIELD]: "gpt2" })).toBe(true);
  });

  test("is cut by the class again where a tokenizer_config.json lies beside such a file", async () => {
    expect(await isByFile({}, { model_type: "gpt2", [GGUF_FIELD]: "gpt2" })).toBe(false);
  });
});
