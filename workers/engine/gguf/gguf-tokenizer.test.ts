import { expect, test } from "vitest";
import { memorySource } from "#formats/byte-source.ts";
import { readGguf } from "#formats/gguf/gguf.ts";
import golden from "#test/golden/gguf-tokenizers.json" with { type: "json" };
import { CORPUS, vocabularies } from "#test/gguf/vocabularies.ts";
import { ggufFile } from "#test/gguf/write-gguf.ts";
import { openTokenizer } from "../tokenizer/tokenizer.ts";
import { tokenizerOfGguf } from "./gguf-tokenizer.ts";

const VOCABULARIES = vocabularies();
const cases: Readonly<Record<string, { readonly bos: number | null; readonly ids: readonly (readonly number[])[] }>> =
  golden.cases;

const metadataOf = async (metadata: NonNullable<Parameters<typeof ggufFile>[0]["metadata"]>) =>
  (await readGguf(memorySource(ggufFile({ metadata })), "model.gguf")).metadata;

const opened = (json: unknown) =>
  openTokenizer({
    name: "test",
    open: (path) =>
      Promise.resolve(
        path === "tokenizer.json" ? memorySource(new TextEncoder().encode(JSON.stringify(json))) : undefined,
      ),
  });

test.each(VOCABULARIES)("cuts every text as llama.cpp does: $name", async ({ name, metadata }) => {
  const { from, json } = tokenizerOfGguf(await metadataOf(metadata), undefined);
  const tokenizer = await opened(json);
  const { bos, ids } = cases[name]!;
  const found = await Promise.all(CORPUS.map((text) => tokenizer.tokenize(text)));
  const different = CORPUS.flatMap((text, index) => {
    const { ids: all, added } = found[index]!;
    const own = all.filter((_, place) => !added.includes(place));
    return own.join() === ids[index]!.join() ? [] : [{ text, own, theirs: ids[index] }];
  });
  expect(from).toBe("metadata");
  expect(different).toEqual([]);
  expect(found[0]!.added.map((place) => found[0]!.ids[place])).toEqual(bos === null ? [] : [bos]);
});

const [bytes, sentencePiece] = ["qwen2", "llama"].map((wanted) =>
  VOCABULARIES.find(({ name }) => name === wanted)!,
) as [(typeof VOCABULARIES)[number], (typeof VOCABULARIES)[number]];
const builtOf = async ({ metadata }: (typeof VOCABULARIES)[number]) =>
  tokenizerOfGguf(await metadataOf(metadata), undefined).json;
const unknownPre = { ...bytes.metadata, "tokenizer.ggml.pre": ["text", "someones-own"] } as const;

test("a kind that is not known is refused, with its name and the way on", async () => {
  const metadata = await metadataOf(unknownPre);
  expect(() => tokenizerOfGguf(metadata, undefined)).toThrow(
    /tokenizer\.ggml\.pre is someones-own, .*: put the tokenizer\.json of the model that it was made from beside the file/,
  );
  expect(() =>
    tokenizerOfGguf(new Map([...metadata].filter(([key]) => key !== "tokenizer.ggml.pre")), undefined),
  ).toThrow(/tokenizer\.ggml\.pre is missing/);
  expect(() => tokenizerOfGguf(new Map([...metadata, ["tokenizer.ggml.model", "rwkv"]]), undefined)).toThrow(
    /tokenizer\.ggml\.model is rwkv, and gpt2 and llama can be read/,
  );
});

test("the file's own tokenizer.json goes before one beside it, and that before what the metadata give", async () => {
  const json = await builtOf(bytes);
  const embedded = { ...unknownPre, "tokenizer.huggingface.json": ["text", JSON.stringify(json)] } as const;
  expect(tokenizerOfGguf(await metadataOf(embedded), await builtOf(sentencePiece))).toEqual({ from: "file", json });
  expect(tokenizerOfGguf(await metadataOf(unknownPre), json)).toEqual({ from: "beside" });
  expect(tokenizerOfGguf(await metadataOf(bytes.metadata), json)).toEqual({ from: "beside" });
});

test("a tokenizer.json of another model is not used, token by token, and that is said", async () => {
  const other = await builtOf(sentencePiece);
  const { from, note } = tokenizerOfGguf(await metadataOf(bytes.metadata), other);
  expect(from).toBe("metadata");
  expect(note).toMatch(/not used: token 0 is "<unk>" there and "Ā" in the file/);
  const metadata = await metadataOf(unknownPre);
  expect(() => tokenizerOfGguf(metadata, other)).toThrow(/someones-own.*the one that lies there is not: token 0/);
  const embedded = await metadataOf({
    ...bytes.metadata,
    "tokenizer.huggingface.json": ["text", JSON.stringify(other)],
  });
  expect(() => tokenizerOfGguf(embedded, undefined)).toThrow(/tokenizer\.huggingface\.json is not of this model/);
});

test("ids that only pad the list may be missing in a tokenizer.json, no other ones", async () => {
  const json = await builtOf(bytes);
  const tokens = bytes.metadata["tokenizer.ggml.tokens"]![2] as readonly string[];
  const types = bytes.metadata["tokenizer.ggml.token_type"]![2] as readonly number[];
  const longer = (token: string, type: number) =>
    metadataOf({
      ...unknownPre,
      "tokenizer.ggml.tokens": ["list", "text", [...tokens, token]],
      "tokenizer.ggml.token_type": ["list", "i32", [...types, type]],
    });
  expect(tokenizerOfGguf(await longer(`[PAD${tokens.length}]`, 5), json).from).toBe("beside");
  const named = await longer("<tool>", 4);
  expect(() => tokenizerOfGguf(named, json)).toThrow(/"missing" there and "<tool>" in the file/);
  const shorter = await metadataOf({
    ...unknownPre,
    "tokenizer.ggml.tokens": ["list", "text", tokens.slice(0, -1)],
    "tokenizer.ggml.token_type": ["list", "i32", types.slice(0, -1)],
  });
  expect(() => tokenizerOfGguf(shorter, json)).toThrow(/and the file has \d+ tokens/);
});

test.each([
  ["tokens", ["text", "a"], /tokenizer\.ggml\.tokens is a; a list of all tokens is needed/],
  ["tokens", ["list", "text", ["a", "b", "a"]], /tokens 0 and 2 are both "a"/],
  ["tokens", ["list", "text", ["a", new Uint8Array([255])]], /token 1 is no text in UTF-8/],
  ["token_type", ["list", "i32", [1]], /token_type is 1 values; one number for each of \d+ tokens is needed/],
  ["merges", ["list", "text", ["ab"]], /merges is a list with "ab"; two texts/],
  ["bos_token_id", ["u32", 1e6], /bos_token_id is 1000000; an id below \d+ is needed/],
  ["add_bos_token", ["u32", 1], /add_bos_token is 1; true or false is needed/],
] as const)("a vocabulary whose %s are wrong is refused: %o", async (key, value, sentence) => {
  const metadata = await metadataOf({ ...bytes.metadata, [`tokenizer.ggml.${key}`]: value });
  expect(() => tokenizerOfGguf(metadata, undefined)).toThrow(sentence);
});

test("a vocabulary of SentencePiece without scores is refused", async () => {
  const metadata = await metadataOf(sentencePiece.metadata);
  expect(() => tokenizerOfGguf(new Map([...metadata].filter(([key]) => !key.endsWith(".scores"))), undefined)).toThrow(
    /tokenizer\.ggml\.scores is missing/,
  );
});
