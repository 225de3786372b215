import { Fault } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";
import { BPE, BYTES, fromPieces } from "../tokenizer/bpe-sections.ts";
import { PRE_TOKENIZERS } from "./pre-tokenizers.ts";
import { TOKEN_TYPES } from "./vocabulary.ts";
import type { GgufVocabulary } from "./vocabulary.ts";

type Json = Record<string, unknown>;

/**
 * A tokenizer.json of a GGUF file's vocabulary, for the kinds that are known to be cut by it as llama.cpp cuts them.
 *
 * @throws Fault "other-format" for another kind, naming it and the way on
 */
export function builtTokenizer(vocabulary: GgufVocabulary): Json {
  const { model, pre } = vocabulary;
  if (model === "llama") return sentencePiece(vocabulary);
  const known = model === "gpt2" && pre !== undefined ? PRE_TOKENIZERS.get(pre) : undefined;
  if (!known) throw unknownKind(vocabulary);
  return {
    ...shared(vocabulary, vocabulary.addsBos ?? known.addsBos ?? false),
    normalizer: null,
    pre_tokenizer: known.section,
    decoder: BYTES,
    model: {
      ...BPE,
      ignore_merges: known.ignoresMerges ?? false,
      vocab: vocabularyOf(vocabulary),
      merges: vocabulary.merges,
    },
  };
}

/** SentencePiece's BPE: spaces are ▁, one is put in front, and what is no token is written in bytes. */
function sentencePiece(vocabulary: GgufVocabulary): Json {
  const { tokens, unknown = 0, addsSpace = true } = vocabulary;
  return {
    ...shared(vocabulary, vocabulary.addsBos ?? true),
    normalizer: {
      type: "Sequence",
      normalizers: [
        ...(addsSpace ? [{ type: "Prepend", prepend: "▁" }] : []),
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
    pre_tokenizer: null,
    decoder: fromPieces(addsSpace),
    model: {
      ...BPE,
      unk_token: tokens[unknown],
      fuse_unk: true,
      byte_fallback: true,
      vocab: vocabularyOf(vocabulary),
      merges: mergesByScore(vocabulary),
    },
  };
}

/**
 * SentencePiece merges the pair whose whole has the best score; as a list: every way to make each token of two others, the tokens
 * in the order of their scores.
 */
function mergesByScore({ tokens, types, scores }: GgufVocabulary): (readonly [string, string])[] {
  if (!scores) {
    throw new Fault("bad-file", "GGUF: tokenizer.ggml.scores is missing; a score for each token is needed");
  }
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merged = tokens
    .map((token, id) => ({ token, score: scores[id]! }))
    .filter(
      (_, id) => types === undefined || types[id] === TOKEN_TYPES.normal || types[id] === TOKEN_TYPES.userDefined,
    );
  // the sort is stable: of two tokens with one score the earlier goes first
  merged.sort((a, b) => b.score - a.score);
  return merged.flatMap(({ token }) => {
    const characters = [...token];
    const ways: (readonly [string, string])[] = [];
    for (let at = 1; at < characters.length; at++) {
      const [left, right] = [characters.slice(0, at).join(""), characters.slice(at).join("")];
      if (ids.has(left) && ids.has(right)) ways.push([left, right]);
    }
    return ways.sort((a, b) => ids.get(a[0])! - ids.get(b[0])! || ids.get(a[1])! - ids.get(b[1])!);
  });
}

const vocabularyOf = ({ tokens }: GgufVocabulary) => Object.fromEntries(tokens.map((token, id) => [token, id]));

/** No file says it: llama.cpp goes by the model's name as well. */
const PHI3 = /phi-?3/i;
const KEEPS_SPACE: ReadonlySet<string> = new Set(["<unk>", "<s>", "<|endoftext|>"]);

function shared({ name, tokens, types, bos, eos, addsEos }: GgufVocabulary, addsBos: boolean): Json {
  // white space after a token that marks something belongs to it
  const takesSpace = (content: string) => name !== undefined && PHI3.test(name) && !KEEPS_SPACE.has(content);
  const added = tokens.flatMap((content, id) => {
    const type = types?.[id];
    const isSpecial = type === TOKEN_TYPES.control || type === TOKEN_TYPES.unknown;
    if ((!isSpecial && type !== TOKEN_TYPES.userDefined) || content === "") return [];
    return [
      {
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: takesSpace(content),
        normalized: false,
        special: isSpecial,
      },
    ];
  });
  const around = [addsBos ? bos : undefined, addsEos === true ? eos : undefined];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added,
    post_processor: template(tokens, around),
  };
}

function template(tokens: readonly string[], [before, after]: readonly (number | undefined)[]): Json | null {
  if (before === undefined && after === undefined) return null;
  const piece = (id: number | undefined) =>
    id === undefined ? [] : [{ SpecialToken: { id: tokens[id]!, type_id: 0 } }];
  const single = [...piece(before), { Sequence: { id: "A", type_id: 0 } }, ...piece(after)];
  const ids = [before, after].filter((id) => id !== undefined);
  return {
    type: "TemplateProcessing",
    single,
    pair: [...single, { Sequence: { id: "B", type_id: 0 } }],
    special_tokens: Object.fromEntries(
      ids.map((id) => [tokens[id]!, { id: tokens[id]!, ids: [id], tokens: [tokens[id]!] }]),
    ),
  };
}

function unknownKind({ model, pre }: GgufVocabulary): Fault {
  const known = [...PRE_TOKENIZERS.keys()].join(", ");
  const found =
    model === "gpt2"
      ? `tokenizer.ggml.pre ${pre === undefined ? "is missing" : `is ${shownName(pre)}`}, and texts are cut for certain by ${known}`
      : `tokenizer.ggml.model is ${shownName(model)}, and gpt2 and llama can be read`;
  return new Fault(
    "other-format",
    `GGUF: ${found}: put the tokenizer.json of the model that it was made from beside the file, whose tokens must be the same`,
  );
}
