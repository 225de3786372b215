import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TypedValue } from "./write-gguf.ts";

/** Texts of every kind that cutting can go wrong at, see `test/golden/tokenizers.json`, and sums and sentences besides. */
const TRAINED_ON: readonly string[] = [
  ...(
    JSON.parse(readFileSync(join(import.meta.dirname, "../golden/tokenizers.json"), "utf8")) as {
      readonly texts: readonly string[];
    }
  ).texts,
  "What is 1234567 + 89? It's 1234656!",
  "The quick brown fox, the lazy dog.\n\nThe end.",
  "<think>\n3+5\n</think> 8",
  "x <tool> y",
  "you're WE'RE I'm",
  "  leading and trailing  ",
  "a  b   c    d",
  "Hello, Hello, HELLO",
  "a zebra",
];

/** And white space around the tokens that mark something. */
export const CORPUS: readonly string[] = [
  ...TRAINED_ON,
  "<s> \n3+5 </s> \n 8 <unk>  a<think>  b\t<think>\t\n",
  "a <|end|>\n b <|end|> <|endoftext|> \n c",
];

/** A vocabulary of a kind of tokenizer of llama.cpp's, as the metadata of a GGUF file. */
export interface GgufVocabularyFile {
  readonly name: string;
  readonly metadata: Readonly<Record<string, TypedValue>>;
}

const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const BYTE = 6;

const MERGES = 500;

/** No merge may come to what is a token already. */
const SPECIAL = ["<unk>", "<s>", "</s>", "<think>", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<0x0A>"];

/** Without the first, llama.cpp reads no vocabulary of that name. */
const PHI3 = ["<|endoftext|>", "<|end|>"];

/** One of each `pre` that is read, and SentencePiece's with and without a space in front. */
export function vocabularies(): readonly GgufVocabularyFile[] {
  const merges = trained(
    TRAINED_ON.map((text) => [...new TextEncoder().encode(text)].map((byte) => BYTE_LETTERS[byte]!)),
  );
  const unsaid = {
    "tokenizer.ggml.bos_token_id": undefined,
    "tokenizer.ggml.eos_token_id": undefined,
    "tokenizer.ggml.unknown_token_id": undefined,
  } as const;
  const spaceless = { "tokenizer.ggml.add_space_prefix": ["bool", false] } as const;
  return [
    ...PRE_NAMES.map((pre) => ({ name: pre, metadata: byteLevel(pre, merges) })),
    { name: "llama", metadata: sentencePiece({}) },
    { name: "llama, no space in front", metadata: sentencePiece(spaceless) },
    { name: "llama, a Phi-3", metadata: sentencePiece({ "general.name": ["text", "My Phi-3-mini"] }, PHI3) },
    {
      name: "llama, a phi3, no space in front",
      metadata: sentencePiece({ ...spaceless, "general.name": ["text", "phi3"] }, PHI3),
    },
    { name: "llama, Phi-3's tokens without its name", metadata: sentencePiece({}, PHI3) },
    { name: "llama, special tokens unsaid", metadata: said({ ...sentencePiece({}), ...unsaid }) },
  ];
}

const said = (metadata: Readonly<Record<string, TypedValue | undefined>>) =>
  Object.fromEntries(Object.entries(metadata).filter((entry): entry is [string, TypedValue] => entry[1] !== undefined));

const PRE_NAMES = ["gpt-2", "olmo", "llama-bpe", "smaug-bpe", "dbrx", "qwen2", "deepseek-r1-qwen", "smollm", "refact"];

type Merge = readonly [left: string, right: string];

/**
 * Merges that were trained on whole texts, over what any pattern takes for the ends of words: a text that is cut in another place
 * has other tokens.
 */
function byteLevel(pre: string, merges: readonly Merge[]): Record<string, TypedValue> {
  const special = [
    ["<|endoftext|>", CONTROL],
    ["<|im_start|>", CONTROL],
    ["<|im_end|>", CONTROL],
    ["<think>", USER_DEFINED],
    [" <tool>", USER_DEFINED],
  ] as const;
  // no merges lead to the last one: it is one token only where a whole piece needs none
  const normal = [...BYTE_LETTERS, ...merges.map(([left, right]) => left + right), "Ġzebra"];
  return {
    "tokenizer.ggml.model": ["text", "gpt2"],
    "tokenizer.ggml.pre": ["text", pre],
    "tokenizer.ggml.tokens": ["list", "text", [...normal, ...special.map(([token]) => token)]],
    "tokenizer.ggml.token_type": ["list", "i32", [...normal.map(() => NORMAL), ...special.map(([, type]) => type)]],
    "tokenizer.ggml.merges": ["list", "text", merges.map((pair) => pair.join(" "))],
    "tokenizer.ggml.bos_token_id": ["u32", normal.length],
    "tokenizer.ggml.eos_token_id": ["u32", normal.length + 2],
  };
}

function sentencePiece(more: Record<string, TypedValue>, marks: readonly string[] = []): Record<string, TypedValue> {
  const spelled = TRAINED_ON.map((text) => [...`▁${text.replaceAll(" ", "▁")}`]);
  const letters = [...new Set(spelled.flat())].filter((letter) => letter < "\u3000" && letter !== "\0");
  const known = new Set(letters);
  const merges = trained(spelled.map((text) => text.filter((letter) => known.has(letter))));
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const pieces = [...merges.map(([left, right]) => left + right), ...letters];
  return {
    "tokenizer.ggml.model": ["text", "llama"],
    "tokenizer.ggml.pre": ["text", "default"],
    "tokenizer.ggml.tokens": ["list", "text", ["<unk>", "<s>", "</s>", ...bytes, ...pieces, "<think>", ...marks]],
    "tokenizer.ggml.token_type": [
      "list",
      "i32",
      [
        UNKNOWN,
        CONTROL,
        CONTROL,
        ...bytes.map(() => BYTE),
        ...pieces.map(() => NORMAL),
        USER_DEFINED,
        ...marks.map(() => CONTROL),
      ],
    ],
    "tokenizer.ggml.scores": [
      "list",
      "f32",
      [0, 0, 0, ...bytes.map(() => 0), ...pieces.map((_, rank) => -rank), 0, ...marks.map(() => 0)],
    ],
    "tokenizer.ggml.bos_token_id": ["u32", 1],
    "tokenizer.ggml.eos_token_id": ["u32", 2],
    "tokenizer.ggml.unknown_token_id": ["u32", 0],
    ...more,
  };
}

/** The most frequent pair again and again, of equals the one that was met first. */
function trained(texts: readonly (readonly string[])[]): Merge[] {
  let symbols = texts.map((text) => [...text]);
  const merges: Merge[] = [];
  const made = new Set<string>(SPECIAL);
  while (merges.length < MERGES) {
    const counts = new Map<string, { readonly pair: Merge; count: number }>();
    for (const text of symbols) {
      for (let at = 1; at < text.length; at++) {
        const pair = [text[at - 1]!, text[at]!] as const;
        const key = pair.join(" ");
        const known = counts.get(key) ?? { pair, count: 0 };
        known.count++;
        counts.set(key, known);
      }
    }
    const best = [...counts.values()]
      .filter(({ pair }) => !made.has(pair.join("")))
      .reduce((most, each) => (each.count > most.count ? each : most));
    merges.push(best.pair);
    made.add(best.pair.join(""));
    symbols = symbols.map((text) => merged(text, best.pair));
  }
  return merges;
}

function merged(text: readonly string[], [left, right]: Merge): string[] {
  const into: string[] = [];
  for (const symbol of text) {
    if (symbol === right && into.at(-1) === left) into[into.length - 1] = left + right;
    else into.push(symbol);
  }
  return into;
}

/** GPT-2's letters for bytes: those that print stand for themselves, the rest for letters from U+0100 on. */
const BYTE_LETTERS: readonly string[] = (() => {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const prints = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(prints ? byte : next++);
  });
})();
