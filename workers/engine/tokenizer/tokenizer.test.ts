import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { fileSet } from "#test/engine.ts";
import { describe, expect, test } from "vitest";
import { openTokenizer } from "./tokenizer.ts";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** The small model's files with some of them replaced; `undefined` takes one away. */
function changed(files: Record<string, Uint8Array | undefined>): CheckpointFiles {
  const all = randomCheckpoint();
  for (const [name, content] of Object.entries(files)) {
    if (content) all.set(name, content);
    else all.delete(name);
  }
  return all;
}

describe("the bundled tokenizer", () => {
  const abacus = openTokenizer(fileSet(abacusFiles()));

  test("reads a sum as the model was taught to", async () => {
    expect(await (await abacus).tokenize("3+5=")).toEqual({
      ids: [1, 7, 1004, 9, 1008],
      texts: ["<s>", "3", "+", "5", "="],
      added: [0],
      unknown: [],
    });
  });

  test.each([
    ["words", "drei plus fünf ist", ["<s>", "drei", "plus", "fünf", "ist"]],
    ["numerals of three digits", "120 + 7", ["<s>", "120", "+", "7"]],
    ["spaces, which are no tokens", "  3 +  5 = ", ["<s>", "3", "+", "5", "="]],
    ["a letter written as two characters", "fu\u0308nf", ["<s>", "fünf"]],
  ])("splits %s", async (_name, text, texts) => {
    expect(await (await abacus).tokenize(text)).toMatchObject({ texts, added: [0], unknown: [] });
  });

  test.each([
    ["a character", "3€5=", ["€"], [1, 7, 3, 9, 1008]],
    ["a character that two units write", "3 + 😀", ["😀"], [1, 7, 1004, 3]],
    ["each character once", "€3€§", ["€", "§"], [1, 3, 7, 3, 3]],
  ])("names %s that it does not know", async (_name, text, unknown, ids) => {
    expect(await (await abacus).tokenize(text)).toMatchObject({ unknown, ids });
  });

  test("takes an empty text and a blank one for its beginning alone", async () => {
    const beginning = { ids: [1], texts: ["<s>"], added: [0], unknown: [] };
    expect(await (await abacus).tokenize("")).toEqual(beginning);
    expect(await (await abacus).tokenize("  ")).toEqual(beginning);
  });

  test("writes tokens back, without those that are no text", async () => {
    const { tokenText, decode } = await abacus;
    expect([7, 1004, 1, 3].map(tokenText)).toEqual(["3", "+", "<s>", "<unk>"]);
    expect((await decode([1, 7])).trim()).toBe("3");
  });
});

/** The text of a token that the vocabulary writes like this. */
async function textOf(written: string, decoder: object | null): Promise<string> {
  const json = JSON.parse(new TextDecoder().decode(randomCheckpoint().get("tokenizer.json"))) as {
    readonly model: { readonly vocab: Record<string, number> };
  };
  const known = Object.fromEntries(Object.entries(json.model.vocab).filter(([, id]) => id !== 50));
  const model = { ...json.model, vocab: { ...known, [written]: 50 } };
  const files = changed({ "tokenizer.json": bytes({ ...json, decoder, model }) });
  const { tokenText } = await openTokenizer(fileSet(files));
  expect(tokenText(50)).toBe(tokenText(50));
  return tokenText(50);
}

const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true };
const METASPACE = { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false };
test.each<[string, object | null, string]>([
  ["Ġthe", BYTE_LEVEL, " the"],
  ["ĊĊ", BYTE_LEVEL, "\n\n"],
  ["ĠfÃ¼nf", BYTE_LEVEL, " fünf"],
  ["Ġ,", BYTE_LEVEL, " ,"],
  ["ĠfÃ¼nf", { type: "Sequence", decoders: [BYTE_LEVEL] }, " fünf"],
  // the first of the two bytes of ü
  ["fÃ", BYTE_LEVEL, "f<0xC3>"],
  ["▁the", METASPACE, " the"],
  ["▁the▁", METASPACE, " the "],
  ["fünf", METASPACE, "fünf"],
  ["fünf", null, "fünf"],
])("shows the token %j of the decoder %j as %j", async (written, decoder, shown) => {
  expect(await textOf(written, decoder)).toBe(shown);
});

test("needs no tokenizer_config.json", async () => {
  const { tokenize } = await openTokenizer(fileSet(changed({ "tokenizer_config.json": undefined })));
  expect((await tokenize("w12 w5")).ids).toEqual([1, 12, 5]);
});

test.each<[string, Record<string, Uint8Array | undefined>, string, string]>([
  [
    "no tokenizer",
    { "tokenizer.json": undefined },
    "missing-file",
    "checkpoint: test checkpoint has no tokenizer.json",
  ],
  [
    "a tokenizer that is no JSON",
    { "tokenizer.json": new TextEncoder().encode("{tokens}") },
    "damaged-file",
    "checkpoint: tokenizer.json is not JSON (",
  ],
  ["an empty tokenizer", { "tokenizer.json": bytes({}) }, "bad-file", "tokenizer.json cannot be used: Model missing."],
  ["null for a tokenizer", { "tokenizer.json": bytes(null) }, "bad-file", "tokenizer.json: it is null; an object is"],
  ["a text for a tokenizer", { "tokenizer.json": bytes("a") }, "bad-file", 'tokenizer.json: it is "a"; an object is'],
  [
    "a model that nobody knows",
    { "tokenizer.json": bytes({ model: { type: "Oracle", vocab: {} }, added_tokens: [], decoder: null }) },
    "bad-file",
    "tokenizer.json cannot be used: data did not match any variant of untagged enum Model",
  ],
  [
    "an added token without end",
    { "tokenizer_config.json": bytes({ unk_token: "x".repeat(100_000) }) },
    "bad-file",
    "an added token has 100000 characters; at most 1000 are read",
  ],
  [
    "a tokenizer without end",
    { "tokenizer.json": new TextEncoder().encode(`{"normalizer":${"[".repeat(9_999)}${"]".repeat(9_999)}}`) },
    "bad-file",
    "tokenizer.json is nested more than 128 deep",
  ],
  [
    "a config that is a text",
    { "tokenizer_config.json": bytes("a") },
    "bad-file",
    'tokenizer_config.json: it is "a"; an object is needed',
  ],
])("refuses %s", async (_name, files, code, message) => {
  await expect(openTokenizer(fileSet(changed(files)))).rejects.toMatchObject({
    name: "Fault",
    code,
    message: expect.stringContaining(message),
  });
});
