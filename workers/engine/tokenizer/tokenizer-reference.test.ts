import { fileSet } from "#test/engine.ts";
import { gpt2 } from "#test/tokenizers.ts";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openTokenizer } from "./tokenizer.ts";

const golden = <T>(name: string) =>
  JSON.parse(readFileSync(new URL(`../../../test/golden/${name}`, import.meta.url), "utf8")) as T;
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const open = (files: Record<string, unknown>) =>
  openTokenizer(fileSet(new Map(Object.entries(files).map(([name, json]) => [name, bytes(json)]))));

interface Reference {
  readonly madeBy: string;
  readonly texts: readonly string[];
  readonly models: Record<string, object>;
  readonly cases: readonly {
    readonly name: string;
    /** One of its own, or the name of one that several share. */
    readonly model: string | object;
    readonly sections: Record<string, unknown>;
    /** Which of the texts: every first, or every third. */
    readonly every: number;
    /** null where the library has no answer. */
    readonly ids: readonly (readonly number[] | null)[];
  }[];
}

const reference = golden<Reference>("tokenizers.json");
const EMPTY = {
  version: "1.0",
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
};

test("the reference is the Rust library", () => {
  expect(reference.madeBy).toBe("scripts/golden/tokenizer_ids.py with tokenizers 0.23.2");
  expect(reference.cases.length).toBeGreaterThan(150);
});

describe("makes the ids of the Rust library", () => {
  test.each(reference.cases)("$name", async ({ model, sections, every, ids }) => {
    const whole = { ...EMPTY, ...sections, model: typeof model === "string" ? reference.models[model] : model };
    const { tokenize } = await open({ "tokenizer.json": whole });
    const texts = reference.texts.filter((_, index) => index % every === 0);
    const found = await Promise.all(
      texts.map((text) =>
        tokenize(text).then(
          (tokenization) => tokenization.ids,
          (reason: { code?: string }) => (reason.code === "bad-file" || reason.code === "bad-request" ? null : reason),
        ),
      ),
    );
    expect(found).toEqual(ids);
  });
});

interface Classes {
  readonly madeBy: string;
  /** Of U+0000 to U+024F, by pattern. */
  readonly taken: Record<string, readonly (readonly [from: number, to: number])[]>;
}

/** GPT-2's letters for bytes are the model's only tokens, so that a character has tokens where it was not taken away. */
const BYTE_MODEL = { type: "BPE", vocab: (gpt2.json["model"] as { vocab: object }).vocab, merges: [] };

describe("patterns take the characters that they take in the Rust library", () => {
  const { madeBy, taken } = golden<Classes>("regex-classes.json");
  const characters = Array.from({ length: 0x250 }, (_, point) => String.fromCodePoint(point));
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  const split = (Regex: string) => ({ type: "Split", pattern: { Regex }, behavior: "Removed", invert: false });
  const openSections = (sections: object) => open({ "tokenizer.json": { ...EMPTY, ...sections, model: BYTE_MODEL } });

  test("of this version", () => {
    expect(madeBy).toBe("scripts/golden/regex_classes.py with tokenizers 0.23.2");
    expect(Object.keys(taken).length).toBeGreaterThan(200);
  });

  test.each(Object.keys(taken))("%s", async (pattern) => {
    const steps = { type: "Sequence", pretokenizers: [split(pattern), bytes] };
    const { tokenize } = await openSections({ pre_tokenizer: steps });
    const found = await Promise.all(characters.map(async (text) => (await tokenize(text)).ids.length === 0));
    expect(characters.filter((_, index) => found[index])).toEqual(
      characters.filter((_, point) => taken[pattern]!.some(([from, to]) => from <= point && point <= to)),
    );
  });

  test("wherever a pattern may stand", async () => {
    const plus = taken["[[:punct:]]"]!.some(([from, to]) => from <= 0x2b && 0x2b <= to);
    expect(plus).toBe(true);
    const replace = { type: "Replace", pattern: { Regex: "[[:punct:]]" }, content: "a" };
    const inside = { type: "Sequence", normalizers: [{ type: "Sequence", normalizers: [replace] }] };
    const [a] = (await (await openSections({ pre_tokenizer: bytes })).tokenize("a")).ids;
    for (const normalizer of [replace, inside]) {
      const { tokenize } = await openSections({ normalizer, pre_tokenizer: bytes });
      expect((await tokenize("+")).ids).toEqual([a]);
    }
    const decoder = { type: "Sequence", decoders: [bytes, replace] };
    const { tokenize, decode } = await openSections({ pre_tokenizer: bytes, decoder });
    expect(await decode((await tokenize("+")).ids)).toBe("a");
    const deep = {
      type: "Sequence",
      pretokenizers: [{ type: "Sequence", pretokenizers: [split("[[:punct:]]")] }, bytes],
    };
    expect((await (await openSections({ pre_tokenizer: deep })).tokenize("+")).ids).toEqual([]);
  });
});
