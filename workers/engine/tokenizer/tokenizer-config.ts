import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { isObject } from "./token-names.ts";
import type { Json } from "./token-names.ts";

/**
 * What `tokenizer_config.json` adds to a `tokenizer.json`, as transformers 5.18.0 reads the two together: tokens that only it has,
 * and whether a text begins with a space. The sections of tokenizer.json stand. `add_bos_token` and `add_eos_token` change nothing
 * there where a tokenizer.json lies beside them: what stands around a text is its `post_processor`.
 */
export function withConfig(json: Json, config: Json): Json {
  const { tokenizer_class: name } = config;
  const base = typeof name === "string" ? name.replace(/Fast$/, "") : "";
  const own = Object.hasOwn(CLASSES, base) ? CLASSES[base] : undefined;
  return {
    ...json,
    added_tokens: addedTokens(json, config, own),
    ...(own &&
      typeof config["add_prefix_space"] === "boolean" &&
      own.prefixed(json, config["add_prefix_space"], config)),
    ...(own?.addsNothing && { post_processor: null }),
  };
}

/** A tokenizer class of transformers that makes more of the file than the file says. */
interface TokenizerClass {
  /** Its own special tokens where the config names no others. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Nothing stands around a text, whatever the file says. */
  readonly addsNothing?: boolean;
  /** It takes the special tokens' texts and leaves how they are to be found. */
  readonly takesTexts?: boolean;
  readonly prefixed: (json: Json, isPrefixed: boolean, config: Json) => Json;
}

const END = "<|endoftext|>";
const byteLevelPrefix = ({ pre_tokenizer: step }: Json, isPrefixed: boolean): Json => ({
  pre_tokenizer: changed(step, (each) =>
    each["type"] === "ByteLevel" ? { ...each, add_prefix_space: isPrefixed } : each,
  ),
});

const CLASSES: Readonly<Record<string, TokenizerClass>> = {
  GPT2Tokenizer: { tokens: { bos_token: END, eos_token: END, unk_token: END }, prefixed: byteLevelPrefix },
  GPTNeoXTokenizer: {
    tokens: { bos_token: END, eos_token: END, unk_token: END, pad_token: "<|padding|>" },
    addsNothing: true,
    prefixed: byteLevelPrefix,
  },
  Qwen2Tokenizer: {
    tokens: { eos_token: END, unk_token: END, pad_token: END },
    takesTexts: true,
    prefixed: byteLevelPrefix,
  },
  LlamaTokenizer: {
    tokens: { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" },
    prefixed: sentencePiecePrefix,
  },
};

/** SentencePiece writes the space in front as ▁, in the normalizer or in the pre-tokenizer. */
function sentencePiecePrefix(
  { normalizer, pre_tokenizer: step, decoder }: Json,
  isPrefixed: boolean,
  { legacy }: Json,
): Json {
  const scheme = legacy === true ? "always" : "first";
  const metaspace = (each: Json) => {
    if (each["type"] !== "Metaspace") return each;
    const kept = each["prepend_scheme"] === "never" ? scheme : each["prepend_scheme"];
    return { ...each, prepend_scheme: isPrefixed ? kept : "never", add_prefix_space: isPrefixed };
  };
  return {
    normalizer: changed(normalizer, (each) => (!isPrefixed && each["type"] === "Prepend" ? NOTHING : each)),
    pre_tokenizer: changed(step, metaspace),
    // a space that was not put in front is not taken away
    decoder: changed(decoder, (each) => {
      if (!isPrefixed && each["type"] === "Strip" && each["start"] === 1) return { ...each, start: 0 };
      return metaspace(each);
    }),
  };
}

const NOTHING: Json = { type: "Sequence", normalizers: [] };

/** Every step of a section, those inside sequences too. */
function changed(step: unknown, change: (step: Json) => Json): unknown {
  if (!isObject(step)) return step;
  const list = ["normalizers", "pretokenizers", "decoders"].find((name) => Array.isArray(step[name]));
  if (list === undefined) return change(step);
  return { ...step, [list]: (step[list] as readonly unknown[]).map((each) => changed(each, change)) };
}

/** Named tokens, in the order in which they get the ids that are free. */
const NAMED = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"] as const;

/** The file's own and those that only the config has. Such a one is never cut into pieces; what it is called decides, not its id. */
function addedTokens({ added_tokens: inFile }: Json, config: Json, own: TokenizerClass | undefined): unknown {
  if (inFile !== undefined && !Array.isArray(inFile)) return inFile;
  const file: readonly unknown[] = inFile ?? [];
  const known = new Set(file.map((token) => (isObject(token) ? token["content"] : undefined)));
  const fresh = wanted(config, own).filter(
    ({ content }) => content !== "" && !known.has(content) && known.add(content),
  );
  return [...file, ...fresh.map((token, index) => ({ id: file.length + index, ...token }))];
}

interface NewToken {
  readonly content: string;
  readonly special: boolean;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
}

function wanted(config: Json, own: TokenizerClass | undefined): NewToken[] {
  const { added_tokens_decoder: decoder, additional_special_tokens: additional, extra_special_tokens: extra } = config;
  const byId = isObject(decoder) ? Object.entries(decoder).sort(([a], [b]) => Number(a) - Number(b)) : [];
  const other = Object.keys(config).filter((key) => key.endsWith("_token") && !NAMED.some((name) => name === key));
  // a list of others, or others by name
  const more = extra ?? additional ?? [];
  const named: readonly (readonly [field: string, value: unknown])[] = [
    ...NAMED.map((field) => [field, Object.hasOwn(config, field) ? config[field] : own?.tokens[field]] as const),
    ...other.filter((key) => isToken(config[key])).map((key) => [key, config[key]] as const),
    ...Object.entries(isObject(more) || Array.isArray(more) ? more : { extra_special_tokens: more }),
  ];
  return [
    ...byId.map(([id, value]) => newToken(`added_tokens_decoder[${id}]`, value, false)),
    ...named.flatMap(([field, value]) => {
      if (value === null || value === undefined) return [];
      const found = newToken(field, value, true);
      return own?.takesTexts ? newToken(field, found.content, true) : found;
    }),
  ];
}

const isToken = (value: unknown) => typeof value === "string" || isObject(value);

/** A text, or a text with how it is found. */
function newToken(field: string, value: unknown, isSpecial: boolean): NewToken {
  const { content, special, normalized, ...rest } = isObject(value) ? value : { content: value };
  if (typeof content !== "string") {
    throw new Fault("bad-file", `tokenizer_config.json: ${field} is ${shown(value)}; a token's text is needed`);
  }
  const flag = (name: string) => rest[name] === true;
  const isMarked = isSpecial || special === true;
  return {
    content,
    special: isMarked,
    single_word: flag("single_word"),
    lstrip: flag("lstrip"),
    rstrip: flag("rstrip"),
    normalized: typeof normalized === "boolean" ? normalized : !isMarked,
  };
}
