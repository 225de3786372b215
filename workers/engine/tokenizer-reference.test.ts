import { fileSet } from "#test/engine.ts";
import { TOKENIZERS } from "#test/tokenizers.ts";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openTokenizer } from "./tokenizer.ts";

const golden = <T>(name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/golden/${name}`, import.meta.url), "utf8")) as T;
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

interface Configs {
  readonly madeBy: string;
  readonly texts: readonly string[];
  readonly cases: readonly {
    readonly tokenizer: string;
    readonly label: string;
    readonly config: Record<string, unknown>;
    readonly loadedAs: string;
    readonly ids: readonly (readonly number[])[];
  }[];
}

describe("adds what transformers adds of tokenizer_config.json", () => {
  const { madeBy, texts, cases } = golden<Configs>("tokenizer-configs.json");

  test("of this version", () => {
    expect(madeBy).toBe("scripts/golden/tokenizer_configs.py with transformers 5.18.0");
  });

  test.each(cases)("$tokenizer as $loadedAs, $label", async ({ tokenizer, config, ids }) => {
    const { json } = TOKENIZERS.find(({ name }) => name === tokenizer)!;
    const { tokenize } = await open({ "tokenizer.json": json, "tokenizer_config.json": config });
    const found = await Promise.all(texts.map(async (text) => (await tokenize(text)).ids));
    expect(found).toEqual(ids);
  });
});
