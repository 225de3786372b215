import { faultsOf } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { BYTES, fromPieces } from "../bpe-sections.ts";
import { isObject } from "../token-names.ts";
import type { Json } from "../token-names.ts";

/**
 * Classes of transformers 5.18.0 that take a vocabulary and merges from tokenizer.json, and what stands around a text, and write the
 * normalizer, the pre-tokenizer, the decoder and the model's options themselves.
 */
export type WrittenClass =
  | "GPT2Tokenizer"
  | "GPTNeoXTokenizer"
  | "Qwen2Tokenizer"
  | "Qwen3_5Tokenizer"
  | "LlamaTokenizer"
  | "CodeLlamaTokenizer"
  | "GemmaTokenizer";

/** What a class makes of the two files besides its added tokens. */
export interface WrittenRules {
  /** Its named tokens where the config says nothing of them; null is none, and the file's padding names none either. */
  readonly tokens: Readonly<Record<string, string | null>>;
  /** Tokens of other names, which come behind those. */
  readonly moreTokens?: Readonly<Record<string, string>>;
  /** It takes the special tokens' texts and leaves how they are to be found. */
  readonly takesTexts?: boolean;
  /** What stands around a text where that is not the file's: nothing, or the token that a text begins with. */
  readonly around?: "nothing" | "bos_token";
  /** @param config tokenizer_config.json */
  readonly sections: (config: Json) => Sections;
}

export interface Sections {
  readonly normalizer: Json | null;
  readonly pre_tokenizer: Json;
  readonly decoder: Json;
  /** The model's own, besides vocabulary and merges. */
  readonly options: Json;
}

export const isWritten = (name: string): name is WrittenClass => Object.hasOwn(WRITTEN, name);
export const rulesOf = (name: WrittenClass): WrittenRules => WRITTEN[name];

const END = "<|endoftext|>";
const NFC = { type: "NFC" };
const bytes = (prefixed: boolean, isCutting: boolean) => ({
  ...BYTES,
  add_prefix_space: prefixed,
  use_regex: isCutting,
});

const byteLevel =
  (normalizer: Json | null): WrittenRules["sections"] =>
  (config) => ({
    normalizer,
    pre_tokenizer: bytes(prefixed(config) ?? false, true),
    decoder: BYTES,
    options: {},
  });

/** @param letters what a word is made of, and `others`, what no punctuation is */
const qwen =
  (letters: string, others: string): WrittenRules["sections"] =>
  (config) => ({
    normalizer: NFC,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        {
          type: "Split",
          pattern: {
            Regex: `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?${letters}+|\\p{N}| ?[^\\s${others}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
          },
          behavior: "Isolated",
          invert: false,
        },
        bytes(prefixed(config) ?? false, false),
      ],
    },
    decoder: BYTES,
    options: {},
  });

/** SentencePiece's: what has no token is written in bytes. */
const PIECES = { fuse_unk: true, byte_fallback: true };
const metaspace = (scheme: "always" | "first" | "never") => ({
  type: "Metaspace",
  replacement: "▁",
  prepend_scheme: scheme,
  split: false,
});
/** The token for the unknown as a model is given it; Python writes none as "None". */
const unknown = ({ unk_token: token = "<unk>" }: Json) =>
  token === null ? "None" : isObject(token) ? token["content"] : token;

const QWEN = { eos_token: END, unk_token: END, pad_token: END };
const LLAMA = { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" };

const WRITTEN: Readonly<Record<WrittenClass, WrittenRules>> = {
  GPT2Tokenizer: {
    tokens: { bos_token: END, eos_token: END, unk_token: END, pad_token: null },
    sections: byteLevel(null),
  },
  GPTNeoXTokenizer: {
    tokens: { bos_token: END, eos_token: END, unk_token: END, pad_token: "<|padding|>" },
    around: "nothing",
    sections: byteLevel(NFC),
  },
  Qwen2Tokenizer: { tokens: QWEN, takesTexts: true, sections: qwen("\\p{L}", "\\p{L}\\p{N}") },
  Qwen3_5Tokenizer: { tokens: QWEN, sections: qwen("[\\p{L}\\p{M}]", "\\p{L}\\p{M}\\p{N}") },
  LlamaTokenizer: {
    tokens: LLAMA,
    sections: (config) => {
      const isPrefixed = prefixed(config) ?? true;
      // as Python has it: null, too, says that it is no older one
      const scheme = config["legacy"] ? "always" : "first";
      return {
        normalizer: null,
        pre_tokenizer: metaspace(isPrefixed ? scheme : "never"),
        decoder: fromPieces(isPrefixed),
        options: PIECES,
      };
    },
  },
  CodeLlamaTokenizer: {
    tokens: LLAMA,
    moreTokens: {
      prefix_token: "▁<PRE>",
      middle_token: "▁<MID>",
      suffix_token: "▁<SUF>",
      eot_token: "▁<EOT>",
      fill_token: "<FILL_ME>",
    },
    around: "bos_token",
    sections: (config) => ({
      normalizer: null,
      pre_tokenizer: metaspace((prefixed(config) ?? true) ? "first" : "never"),
      decoder: fromPieces(true),
      options: { ...PIECES, unk_token: unknown(config) },
    }),
  },
  GemmaTokenizer: {
    tokens: {
      bos_token: "<bos>",
      eos_token: "<eos>",
      unk_token: "<unk>",
      pad_token: "<pad>",
      mask_token: "<mask>",
    },
    sections: (config) => ({
      normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
      pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
      decoder: fromPieces(false),
      options: { ...PIECES, unk_token: unknown(config) },
    }),
  },
};

const bad = faultsOf("bad-file", "tokenizer_config.json: ");

/** Whether a text begins with a space that is put there; undefined where nothing is said. */
function prefixed({ add_prefix_space: value }: Json): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw bad(`add_prefix_space is ${shown(value)}; true or false is needed`);
  return value;
}
