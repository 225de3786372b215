/**
 * Small tokenizers of the kinds that the families come with: their sections as those models have them, their vocabularies
 * cut down to what the tests spell.
 */
export interface TokenizerFiles {
  readonly name: string;
  readonly json: Record<string, unknown>;
  readonly config: Record<string, unknown>;
}

type Merge = readonly [left: string, right: string];

const special = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

const model = (names: readonly string[], merges: readonly Merge[], fields: Record<string, unknown>) => ({
  type: "BPE",
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ...fields,
  vocab: Object.fromEntries(names.map((name, id) => [name, id])),
  merges: merges.map((pair) => pair.join(" ")),
});

const withMerged = (names: readonly string[], merges: readonly Merge[]) => [
  ...names,
  ...merges.map(([left, right]) => left + right),
];

/** `<unk>`, `<s>`, `</s>`, the 256 bytes from id 3, then letters from id 259, then what the merges make. */
const SENTENCEPIECE_LETTERS = ["▁", "t", "h", "e", "c", "a", "1", "2", "8", "=", "+"];
const SENTENCEPIECE_MERGES: readonly Merge[] = [
  ["t", "h"],
  ["th", "e"],
  ["▁", "the"],
  ["▁", "c"],
  ["a", "t"],
  ["▁c", "at"],
  ["▁", "▁"],
];
const SENTENCEPIECE_NAMES = withMerged(
  [
    "<unk>",
    "<s>",
    "</s>",
    ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
    ...SENTENCEPIECE_LETTERS,
  ],
  SENTENCEPIECE_MERGES,
);

const template = (token: string, id: number) => ({
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  pair: [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
});

const sentencepiece = (name: string, sections: Record<string, unknown>): TokenizerFiles => ({
  name,
  json: {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [special(0, "<unk>"), special(1, "<s>"), special(2, "</s>")],
    ...sections,
    post_processor: template("<s>", 1),
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: model(SENTENCEPIECE_NAMES, SENTENCEPIECE_MERGES, {
      unk_token: "<unk>",
      fuse_unk: true,
      byte_fallback: true,
    }),
  },
  config: {
    add_bos_token: true,
    add_eos_token: false,
    bos_token: {
      __type: "AddedToken",
      content: "<s>",
      lstrip: false,
      normalized: true,
      rstrip: false,
      single_word: false,
    },
    eos_token: "</s>",
    unk_token: "<unk>",
    clean_up_tokenization_spaces: false,
    legacy: false,
    tokenizer_class: "LlamaTokenizer",
  },
});

/** As Llama-1, Llama-2, TinyLlama and the first Mistral have it. */
export const llama2 = sentencepiece("Llama-2", {
  normalizer: {
    type: "Sequence",
    normalizers: [
      { type: "Prepend", prepend: "▁" },
      { type: "Replace", pattern: { String: " " }, content: "▁" },
    ],
  },
  pre_tokenizer: null,
});

/** As later Mistrals have it. */
export const mistral = sentencepiece("Mistral", {
  normalizer: null,
  pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false },
});

/** GPT-2's characters for bytes in its own order: "!" is 0, "a" is 64, the space Ġ is 220. */
const isSeen = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
const ALL_BYTES = Array.from({ length: 256 }, (_, byte) => byte);
const BYTE_NAMES = [
  ...ALL_BYTES.filter(isSeen).map((byte) => String.fromCodePoint(byte)),
  ...ALL_BYTES.filter((byte) => !isSeen(byte)).map((_, index) => String.fromCodePoint(256 + index)),
];

/** Ids 256 to 266, in this order. */
const BYTE_MERGES: readonly Merge[] = [
  ["t", "h"],
  ["th", "e"],
  ["Ġ", "the"],
  ["a", "t"],
  ["c", "at"],
  ["Ġ", "cat"],
  ["1", "2"],
  ["12", "8"],
  ["Ċ", "Ċ"],
  ["Ġ", "Ġ"],
  ["Ã", "¼"],
];
const BYTE_LEVEL_NAMES = withMerged(BYTE_NAMES, BYTE_MERGES);

/** Where the tokens that a family adds begin in the byte-level vocabularies. */
export const FIRST_ADDED = BYTE_LEVEL_NAMES.length;

const byteLevelStep = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };

const byteLevel = (
  name: string,
  added: readonly string[],
  sections: Record<string, unknown>,
  config: Record<string, unknown>,
  ignoresMerges = false,
): TokenizerFiles => ({
  name,
  json: {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added.map((content, index) => special(BYTE_LEVEL_NAMES.length + index, content)),
    normalizer: null,
    pre_tokenizer: byteLevelStep,
    post_processor: { ...byteLevelStep, trim_offsets: false },
    decoder: { ...byteLevelStep, add_prefix_space: true },
    ...sections,
    model: model(BYTE_LEVEL_NAMES, BYTE_MERGES, { ignore_merges: ignoresMerges }),
  },
  config: { model_max_length: 1024, ...config },
});

export const gpt2 = byteLevel(
  "GPT-2",
  ["<|endoftext|>"],
  {},
  {
    add_bos_token: true,
    bos_token: "<|endoftext|>",
    tokenizer_class: "GPT2Tokenizer",
  },
);

/** Pythia's: runs of spaces are added tokens, which are no special ones. */
const pythiaSpaces = { ...special(BYTE_LEVEL_NAMES.length + 1, "    "), normalized: true, special: false };
const pythiaBase = byteLevel(
  "Pythia",
  ["<|endoftext|>"],
  { normalizer: { type: "NFC" } },
  {
    add_prefix_space: false,
    bos_token: "<|endoftext|>",
    tokenizer_class: "GPTNeoXTokenizer",
  },
);
export const pythia: TokenizerFiles = {
  ...pythiaBase,
  json: { ...pythiaBase.json, added_tokens: [special(BYTE_LEVEL_NAMES.length, "<|endoftext|>"), pythiaSpaces] },
};

const digitsApart = (digits: string) => ({
  type: "Sequence",
  pretokenizers: [
    {
      type: "Split",
      pattern: {
        Regex: `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
      },
      behavior: "Isolated",
      invert: false,
    },
    { ...byteLevelStep, use_regex: false },
  ],
});

export const llama3 = byteLevel(
  "Llama-3",
  ["<|begin_of_text|>", "<|end_of_text|>"],
  {
    pre_tokenizer: digitsApart("\\p{N}{1,3}"),
    post_processor: { type: "Sequence", processors: [byteLevelStep, template("<|begin_of_text|>", FIRST_ADDED)] },
  },
  { bos_token: "<|begin_of_text|>", tokenizer_class: "PreTrainedTokenizerFast" },
  true,
);

export const qwen = byteLevel(
  "Qwen",
  ["<|endoftext|>", "<|im_start|>"],
  { normalizer: { type: "NFC" }, pre_tokenizer: digitsApart("\\p{N}") },
  { add_bos_token: false, bos_token: null, tokenizer_class: "Qwen2Tokenizer" },
);

export const TOKENIZERS: readonly TokenizerFiles[] = [llama2, mistral, gpt2, pythia, llama3, qwen];

const gemmaBase = sentencepiece("Gemma", {
  normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
  pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
});
/** Gemma's: no space in front, and one in the text goes with what stands before it. */
const gemma: TokenizerFiles = {
  ...gemmaBase,
  json: {
    ...gemmaBase.json,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
      ],
    },
  },
  config: { ...gemmaBase.config, tokenizer_class: "GemmaTokenizer" },
};

/** SmolLM2's: each digit for itself, which GPT2Tokenizer knows nothing of; its padding names a token. */
const smollm = byteLevel(
  "SmolLM2",
  ["<|endoftext|>", "<|im_start|>"],
  {
    padding: {
      strategy: "BatchLongest",
      direction: "Left",
      pad_to_multiple_of: null,
      pad_id: 2,
      pad_type_id: 0,
      pad_token: "<|x|>",
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevelStep],
    },
  },
  { add_prefix_space: false, bos_token: "<|im_start|>", tokenizer_class: "GPT2Tokenizer" },
);

/** Whole words, as no class of a family has them. */
const words: TokenizerFiles = {
  name: "words",
  json: {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [special(0, "<unk>"), special(1, "<s>")],
    normalizer: { type: "Lowercase" },
    pre_tokenizer: { type: "Whitespace" },
    post_processor: template("<s>", 1),
    decoder: null,
    model: {
      type: "WordLevel",
      unk_token: "<unk>",
      vocab: { "<unk>": 0, "<s>": 1, the: 2, cat: 3, a: 4, "=": 5, t: 6 },
    },
  },
  config: { unk_token: "<unk>", tokenizer_class: "PreTrainedTokenizerFast" },
};

/** Pieces with their log probabilities. */
const pieces: TokenizerFiles = {
  name: "pieces",
  json: {
    ...words.json,
    normalizer: null,
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    model: {
      type: "Unigram",
      unk_id: 0,
      byte_fallback: false,
      vocab: ["<unk>", "<s>", "▁", "▁the", "the", "a", "▁cat", "t", "1", "2"].map((piece, at) => [piece, -at / 2]),
    },
  },
  config: { unk_token: "<unk>", tokenizer_class: "PreTrainedTokenizerFast" },
};

/** Those and others, for what a class of transformers makes of a file that may not be its own. */
export const EVERY_TOKENIZER: readonly TokenizerFiles[] = [...TOKENIZERS, gemma, smollm, words, pieces];
