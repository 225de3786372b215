import { randomCheckpoint } from "#test/checkpoints.ts";
import { fileSet, loadInNode, unaborted } from "#test/engine.ts";
import {
  EVERY_TOKENIZER,
  FIRST_ADDED,
  gpt2,
  llama2,
  llama3,
  mistral,
  pythia,
  qwen,
  TOKENIZERS,
} from "#test/tokenizers.ts";
import type { TokenizerFiles } from "#test/tokenizers.ts";
import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { newerCharacters } from "./patterns/newer-characters.ts";
import { ModelSession } from "../session/model-session.ts";
import { openTokenizer } from "./tokenizer.ts";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const open = ({ json, config }: Pick<TokenizerFiles, "json" | "config">) =>
  openTokenizer(
    fileSet(
      new Map([
        ["tokenizer.json", bytes(json)],
        ["tokenizer_config.json", bytes(config)],
      ]),
    ),
  );
const withConfig = (files: TokenizerFiles, fields: Record<string, unknown>) => ({
  ...files,
  config: { ...files.config, ...fields },
});

/** By the class that has the file's sections, where Llama-2's own would write others: a text that begins with a space gets none there. */
const byFile = (files: TokenizerFiles) => withConfig(files, { tokenizer_class: "PreTrainedTokenizerFast" });

// worked out by hand: bytes of SentencePiece from id 3, its letters from 259, GPT-2's "!" 0, "a" 64, "0" 15, Ġ 220
test.each<[TokenizerFiles, string, number[], string[]]>([
  [byFile(llama2), "the cat", [1, 272, 275], ["<s>", " the", " cat"]],
  [byFile(llama2), " the", [1, 259, 272], ["<s>", " ", " the"]],
  [byFile(llama2), "128=", [1, 259, 265, 266, 267, 268], ["<s>", " ", "1", "2", "8", "="]],
  [byFile(llama2), "a\nü", [1, 259, 264, 13, 198, 191], ["<s>", " ", "a", "<0x0A>", "<0xC3>", "<0xBC>"]],
  [byFile(llama2), "the   ", [1, 272, 276, 259], ["<s>", " the", "  ", " "]],
  [llama2, " the", [1, 272], ["<s>", " the"]],
  [llama2, "the", [1, 272], ["<s>", " the"]],
  [llama2, "the<s>the", [1, 272, 1, 271], ["<s>", " the", "<s>", "the"]],
  [withConfig(llama2, { legacy: true }), "the<s>the", [1, 272, 1, 272], ["<s>", " the", "<s>", " the"]],
  [withConfig(llama2, { add_prefix_space: false }), "the", [1, 271], ["<s>", "the"]],
  [mistral, "the cat", [1, 272, 275], ["<s>", " the", " cat"]],
  [mistral, " the", [1, 272], ["<s>", " the"]],
  [gpt2, "the cat", [257, 261], ["the", " cat"]],
  [gpt2, "128", [263], ["128"]],
  [gpt2, "the<|endoftext|>the", [257, FIRST_ADDED, 257], ["the", "<|endoftext|>", "the"]],
  [gpt2, "ü€", [266, 158, 224, 105], ["ü", "<0xE2>", "<0x82>", "<0xAC>"]],
  [gpt2, "  the\n\n", [220, 258, 264], [" ", " the", "\n\n"]],
  [pythia, "the    cat", [257, FIRST_ADDED + 1, 260], ["the", "    ", "cat"]],
  [llama3, "1281+2=", [FIRST_ADDED, 263, 16, 10, 17, 28], ["<|begin_of_text|>", "128", "1", "+", "2", "="]],
  [llama3, "the  cat", [FIRST_ADDED, 257, 220, 261], ["<|begin_of_text|>", "the", " ", " cat"]],
  [qwen, "128=", [16, 17, 23, 28], ["1", "2", "8", "="]],
  [qwen, "u\u0308", [266], ["ü"]],
])("$name cuts %j", async ({ name, ...files }, text, ids, texts) => {
  const found = await (await open({ ...files })).tokenize(text);
  expect({ name, ids: found.ids, texts: found.texts }).toEqual({ name, ids, texts });
  expect(found.unknown).toEqual([]);
});

test("where special tokens are split, one that is added to a list of ten pieces has the id behind them", async () => {
  const pieces = EVERY_TOKENIZER.find(({ name }) => name === "pieces")!;
  const marked = { content: "<x>", single_word: false, lstrip: false, rstrip: false, normalized: false };
  const added = [
    { ...marked, id: 0, content: "<unk>", special: true },
    { ...marked, id: 1, content: "<s>", special: true },
    { ...marked, id: 10, special: false },
  ];
  const json = { ...pieces.json, added_tokens: added };
  const { tokenize } = await open(withConfig({ ...pieces, json }, { split_special_tokens: true }));
  expect((await tokenize("<x>")).ids).toEqual([1, 10]);
});

describe("the tokens before a text", () => {
  test.each<[string, TokenizerFiles, number[], number[]]>([
    ["Llama's class keeps the file's", llama2, [1, 259, 264], [0]],
    [
      "whatever the config says, where there is a tokenizer.json",
      withConfig(llama2, { add_bos_token: false, add_eos_token: true }),
      [1, 259, 264],
      [0],
    ],
    ["GPT-2's class adds none, also where the config asks", gpt2, [64], []],
    ["Pythia's class adds none", withConfig(pythia, { add_bos_token: true }), [64], []],
    ["Llama-3's file adds its own", llama3, [FIRST_ADDED, 64], [0]],
    ["Qwen has none", qwen, [64], []],
  ])("%s", async (_name, files, ids, added) => {
    expect(await (await open(files)).tokenize("a")).toMatchObject({ ids, added });
  });

  test("a BOS that a person types is no added one", async () => {
    expect(await (await open(byFile(llama2))).tokenize("<s>a")).toMatchObject({ ids: [1, 1, 259, 264], added: [0] });
    expect(await (await open(llama2)).tokenize("<s>a")).toMatchObject({ ids: [1, 1, 264], added: [0] });
    expect(await (await open(llama2)).tokenize("<s>")).toMatchObject({ ids: [1, 1], added: [0] });
  });

  test.each([
    [{ bos_token: { content: 5 } }, "tokenizer_config.json: bos_token is {"],
    [
      { additional_special_tokens: [null, 3] },
      "tokenizer_config.json: extra_special_tokens[0] is null; a token's text is needed",
    ],
    [{ added_tokens_decoder: { 7: "a", 9: [] } }, 'tokenizer_config.json: added_tokens_decoder[7] is "a"'],
    [{ added_tokens_decoder: { 9: [] } }, "tokenizer_config.json: added_tokens_decoder[9] is []"],
    [{ added_tokens_decoder: [] }, "tokenizer_config.json: added_tokens_decoder is []"],
    [{ add_prefix_space: "false" }, 'tokenizer_config.json: add_prefix_space is "false"; true or false is needed'],
    [{ extra_special_tokens: "<x>" }, 'tokenizer_config.json: extra_special_tokens is "<x>"; a list of tokens, or'],
    [
      { fast_tokenizer_files: ["tokenizer.json", "tokenizer.4.0.0.json"] },
      'tokenizer_config.json: fast_tokenizer_files names "tokenizer.4.0.0.json", which transformers may read',
    ],
    [{ tokenizer_class: 5 }, "tokenizer_config.json: tokenizer_class is 5; a name is needed"],
    [
      { tokenizer_class: "CohereTokenizerFast" },
      'tokenizer_config.json: tokenizer_class is "CohereTokenizerFast", by whose own rules transformers cuts texts',
    ],
    [
      { tokenizer_class: "OwnTokenizer", auto_map: { AutoTokenizer: [null, "code.OwnTokenizer"] } },
      "tokenizer_config.json: auto_map names code of the checkpoint's own, which is not run",
    ],
  ])("a config with %j is refused", async (fields, message) => {
    await expect(open(withConfig(llama2, fields))).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringContaining(message),
    });
  });
});

/** What the normaliser of a kind makes of a text, which decoding cannot take back. */
const normalised: Record<string, (text: string) => string> = {
  Qwen: (text) => text.normalize("NFC"),
  Pythia: (text) => text.normalize("NFC"),
};

// a byte order mark at the beginning of bytes is lost in the decoder of SentencePiece's bytes, and ▁ is its space
const isWritten = (files: TokenizerFiles, text: string) =>
  (files !== llama2 && files !== mistral) || !/[\uFEFF▁]/.test(text);

describe.each(TOKENIZERS)("of $name", (files) => {
  const opening = open(files === llama2 ? byFile(files) : files);
  const check = newerCharacters(files.json);
  const isRead = (text: string) => {
    try {
      check(text);
      return true;
    } catch {
      return false;
    }
  };

  test("decoding gives any text back, its spaces and line breaks included", async () => {
    const tokenizer = await opening;
    const pieces = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(" ", "  ", "\n", "the", " cat", "128", "=", "ü"),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (parts) => {
        const text = parts.join("");
        fc.pre(isRead(text) && isWritten(files, text) && !(files === mistral && text.startsWith(" ")));
        const { ids, added } = await tokenizer.tokenize(text);
        const own = ids.filter((_, index) => !added.includes(index));
        expect(await tokenizer.decode(own)).toBe((normalised[files.name] ?? String)(text));
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  test("every id below its end has a text, and those beyond say that they have none", async () => {
    const { tokenText } = await opening;
    const texts = Array.from({ length: 300 }, (_, id) => tokenText(id));
    expect(texts.every((text) => typeof text === "string" && text !== "")).toBe(true);
    expect(tokenText(5_000)).toBe("<no token 5000>");
  });

  test("no tokens decode to nothing", async () => {
    expect(await (await opening).decode([])).toBe("");
  });
});

test("texts of tokens, put together, are the text as the model sees it", async () => {
  const tokenizer = await open(gpt2);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("the", " ", "\n", "cat", "128", "="), { maxLength: 12 }),
      async (parts) => {
        expect((await tokenizer.tokenize(parts.join(""))).texts.join("")).toBe(parts.join(""));
      },
    ),
    { numRuns: 200, seed: 5 },
  );
});

test("a letter that byte-level vocabularies use as a mark is a letter elsewhere", async () => {
  const vocab = { ...(llama2.json["model"] as { vocab: object }).vocab, Ġ: 300, Ċ: 301 };
  const json = { ...llama2.json, model: { ...(llama2.json["model"] as object), vocab } };
  const { tokenText } = await open({ json, config: llama2.config });
  expect([tokenText(300), tokenText(301)]).toEqual(["Ġ", "Ċ"]);
});

describe("a tokenizer of 277 tokens", () => {
  const modelOf = async (vocabulary: number) => {
    const files = randomCheckpoint({ layers: 1, vocabulary });
    files.set("tokenizer.json", bytes(llama2.json));
    files.set("tokenizer_config.json", bytes(llama2.config));
    return new ModelSession(await loadInNode(files, "q8"));
  };

  test("goes with a model of more rows, which are padding", async () => {
    const session = await modelOf(320);
    const { top, target } = await session.predict("the cat", { top: 320, target: 319 }, () => undefined, unaborted());
    expect(target.text).toBe("<no token 319>");
    expect(top.filter(({ text }) => text.startsWith("<no token ")).map(({ id }) => id)).toHaveLength(320 - 277);
  });

  test("goes with a model of fewer rows until a prompt needs a token that it lacks", async () => {
    const session = await modelOf(275);
    expect(
      (await session.predict("the", { top: 10 }, () => undefined, unaborted())).tokens.map(({ id }) => id),
    ).toEqual([1, 272]);
    await expect(session.predict("the cat", { top: 10 }, () => undefined, unaborted())).rejects.toMatchObject({
      code: "bad-request",
      message: "prompt: the tokenizer makes “ cat” token 275, and the model's tokens go from 0 to 274",
    });
  });
});
