import { gpt2, llama2, llama3, qwen, TOKENIZERS } from "#test/tokenizers.ts";
import { describe, expect, test } from "vitest";
import { checkTokenizer } from "./tokenizer-limits.ts";

const fault = (message: string) =>
  expect.objectContaining({ name: "Fault", code: "bad-file", message: expect.stringContaining(message) });
const checking = (json: Record<string, unknown>) => () => checkTokenizer(json);
const splitting = (Regex: string) => ({
  ...llama3.json,
  pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Split", pattern: { Regex }, behavior: "Isolated" }] },
});

test.each(TOKENIZERS)("lets the tokenizer of $name pass", ({ json }) => {
  expect(checking(json)).not.toThrow();
});

test.each([
  [
    "GPT-4o",
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ],
  [
    "DeepSeek",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ],
  ["BLOOM", " ?[^(\\s|[.,!?…。，、।۔،])]+"],
])("lets the pattern of %s pass", (_name, pattern) => {
  expect(checking(splitting(pattern))).not.toThrow();
});

describe("refuses patterns that can take for ever", () => {
  test.each([
    ["(a+)+$", "repeats a group"],
    ["(?:a|a)*b", "repeats a group"],
    ["(a?){40}a", "repeats a group"],
    [`(a+){${"9".repeat(40)}}`, "repeats a group"],
    ["(?:(?:x)?)+", "repeats a group"],
    ["([a-z]+)*\\d", "repeats a group"],
    ["a?".repeat(40), "has more than 6 repetitions in a row"],
    ["a*a*a*a*a*a*a*b", "has more than 6 repetitions in a row"],
    ["(a|a)".repeat(30), "has more than 256 ways through its groups"],
    ["(a+)\\1", "refers back to what it has matched"],
  ])("%s", (pattern, message) => {
    expect(checking(splitting(pattern))).toThrow(fault(message));
  });

  test("also in what normalises and decodes", () => {
    const step = { type: "Replace", pattern: { Regex: "(a+)+" }, content: "" };
    expect(checking({ ...llama3.json, normalizer: step })).toThrow(fault("of normalizer repeats a group"));
    expect(checking({ ...llama3.json, decoder: { type: "Sequence", decoders: [step] } })).toThrow(
      fault("of decoder repeats a group"),
    );
  });

  test("but not a mark in a class, behind a backslash or without a count", () => {
    for (const pattern of ["[(a+)+]", "\\(a+\\)+", "(a){x}", "[^)]*\\)"]) {
      expect(checking(splitting(pattern))).not.toThrow();
    }
  });
});

const vocabulary = (changes: Record<string, unknown>) => ({
  ...gpt2.json,
  model: { type: "BPE", merges: [], vocab: { a: 0, b: 1, ...changes } },
});
const merging = (merges: unknown) => ({ ...gpt2.json, model: { type: "BPE", merges, vocab: { a: 0, b: 1, ab: 2 } } });
const normalising = (normalizer: unknown) => ({ ...qwen.json, normalizer });

test.each<[string, Record<string, unknown>, string]>([
  ["an id below 0", vocabulary({ c: -1 }), '"c" has the id -1; a whole number below 4194304 is needed'],
  ["an id that is a text", vocabulary({ c: "2" }), '"c" has the id "2"; a whole number below'],
  ["an id beyond every vocabulary", vocabulary({ c: 4e9 }), '"c" has the id 4000000000; a whole number below'],
  ["two tokens with one id", vocabulary({ c: 1 }), '"b" and "c" have one id, 1; each needs its own'],
  ["a vocabulary that is a text", { ...gpt2.json, model: { type: "BPE", vocab: "a" } }, 'the vocabulary is "a"'],
  [
    "a Unigram vocabulary with a score that is none",
    {
      ...gpt2.json,
      model: {
        type: "Unigram",
        vocab: [
          ["a", 0],
          ["b", null],
        ],
      },
    },
    'entry 1 of the vocabulary is ["b", null]; a token and a number are needed',
  ],
  ["a merge of what is no token", merging(["a c"]), 'merge 0, of "a" and "c", needs "c", which is no token'],
  ["a merge into what is no token", merging(["b a"]), 'merge 0, of "b" and "a", needs "ba", which is no token'],
  ["a merge of one", merging(["ab"]), 'merge 0 is "ab"; two tokens are needed'],
  ["a merge of numbers", merging([[1, 2]]), "merge 0 is [1, 2]; two tokens are needed"],
  ["merges that are no list", merging({}), "the merges are {}; a list is needed"],
  [
    "an added token without text",
    { ...gpt2.json, added_tokens: [{ id: 3 }] },
    'the added token {"id": 3} needs a text',
  ],
  ["added tokens that are no list", { ...gpt2.json, added_tokens: "<s>" }, 'added_tokens is "<s>"; a list is needed'],
  [
    "pieces of no length, which would never end",
    { ...gpt2.json, pre_tokenizer: { type: "FixedLength", length: 0 } },
    "pre_tokenizer cuts pieces of 0 characters; a whole number from 1 is needed",
  ],
  [
    "a pattern that is found everywhere",
    normalising({ type: "Replace", pattern: { String: "" }, content: "a" }),
    "empty text",
  ],
  ["a pattern of neither kind", normalising({ type: "Replace", pattern: {} }), "a Regex or a String is needed"],
  ["a pattern longer than any", splitting("a".repeat(5_000)), "has 5000 characters; at most 4096 are read"],
  [
    "replacements that grow beyond memory",
    normalising({
      type: "Sequence",
      normalizers: Array.from({ length: 9 }, () => ({ type: "Replace", pattern: { String: "a" }, content: "aa" })),
    }),
    "its replacements make up to 512 characters of one; at most 256 are read",
  ],
  ["a step that is a text", normalising("NFC"), 'a step of normalizer is "NFC"; an object with a type is needed'],
  [
    "more steps than any has",
    normalising({ type: "Sequence", normalizers: Array.from({ length: 65 }, () => ({ type: "NFC" })) }),
    "it has more than 64 steps",
  ],
])("refuses %s", (_name, json, message) => {
  expect(checking(json)).toThrow(fault(message));
});

test("refuses steps that are nested without end", () => {
  let step: unknown = { type: "NFC" };
  for (let depth = 0; depth < 20; depth++) step = { type: "Sequence", normalizers: [step] };
  expect(checking({ ...llama2.json, normalizer: step })).toThrow(fault("normalizer is nested more than 8 deep"));
});
