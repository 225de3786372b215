/** A way of cutting texts before merges, as sections of a tokenizer.json, known by llama.cpp's name for it. */
interface PreTokenizer {
  readonly section: unknown;
  /** A piece that is a token is one, whatever its merges. */
  readonly ignoresMerges?: boolean;
  /** Unless the file says otherwise. */
  readonly addsBos?: boolean;
}

const byteLevel = (use_regex: boolean) => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex,
});
const split = (Regex: string) => ({
  type: "Sequence",
  pretokenizers: [{ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false }, byteLevel(false)],
});

const words = (digits: string) =>
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** GPT-2's pattern, which is ByteLevel's own. */
const GPT2: PreTokenizer = { section: byteLevel(true) };
/** Numbers in threes from the left. */
const THREES = split(words(String.raw`\p{N}{1,3}`));
const LLAMA3: PreTokenizer = { section: THREES, ignoresMerges: true, addsBos: true };
const ONES: PreTokenizer = { section: split(words(String.raw`\p{N}`)) };
/** Every digit by itself, then GPT-2's pattern. */
const SMOLLM: PreTokenizer = {
  section: { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel(true)] },
};

/** Every pre-tokenizer that is read, each held to llama.cpp's own cuts of a corpus (`test/golden/gguf-tokenizers.json`); another is refused. */
export const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map([
  ["gpt-2", GPT2],
  ["olmo", GPT2],
  ["llama-bpe", LLAMA3],
  ["smaug-bpe", { section: THREES }],
  ["dbrx", { section: THREES }],
  ["qwen2", ONES],
  ["deepseek-r1-qwen", ONES],
  ["smollm", SMOLLM],
  ["refact", SMOLLM],
]);
