import { isObject, TokenNames } from "../token-names.ts";
import type { Json } from "../token-names.ts";

/** Types whose checkpoints of transformers 4 have the pattern that was wrong. */
const MISTRALS: ReadonlySet<unknown> = new Set(["mistral", "mistral3", "voxtral", "ministral", "pixtral"]);
/** Tokens, of the model and added ones; the vocabularies that the pattern came with are larger. */
const SMALLEST = 100_000;

/**
 * Whether transformers 5.18.0 puts the right pattern of Mistral's later tokenizers in the place of the file's: where `fix_mistral_regex` asks,
 * unless config.json is of transformers 5, or of an older one and of another type.
 */
export function isMistralFixed({ fix_mistral_regex: fixed }: Json, model: Json): boolean {
  if (fixed !== true) return false;
  const { transformers_version: version, model_type: type } = model;
  if (typeof version !== "string" || version === "") return true;
  return Number.parseInt(version) < 5 && (type === undefined || type === null || MISTRALS.has(type));
}

/** The pattern as the first of the steps, in the place of the one that is first in a list; pieces are then written in bytes. */
export function withMistralPattern(whole: Json): Json {
  const { pre_tokenizer: step } = whole;
  if (!isObject(step) || new TokenNames(whole).size <= SMALLEST) return whole;
  const { pretokenizers: steps } = step;
  const rest = Array.isArray(steps) ? (steps as readonly unknown[]).slice(1) : [inBytes(step)];
  return { ...whole, pre_tokenizer: { type: "Sequence", pretokenizers: [PATTERN, ...rest] } };
}

const inBytes = (step: Json): Json =>
  step["type"] === "Metaspace"
    ? { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false }
    : step;

const PATTERN: Json = {
  type: "Split",
  pattern: {
    Regex:
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  },
  behavior: "Isolated",
  invert: false,
};
