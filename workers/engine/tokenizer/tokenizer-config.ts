import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { addedTokens } from "./added-tokens.ts";
import { BPE } from "./bpe-sections.ts";
import { isMistralFixed, withMistralPattern } from "./patterns/mistral-pattern.ts";
import { isObject, TokenNames } from "./token-names.ts";
import type { Json } from "./token-names.ts";
import { spellingOf } from "./token-text.ts";
import { classNote } from "./classes/class-note.ts";
import { tokenizerClass } from "./classes/tokenizer-class.ts";
import type { TokenizerClass } from "./classes/tokenizer-class.ts";
import { rulesOf } from "./classes/written-classes.ts";
import type { WrittenRules } from "./classes/written-classes.ts";

/**
 * A tokenizer.json as transformers 5.18.0 opens it beside `tokenizer_config.json` and `config.json`: with tokens that only the former has,
 * and by the class that the two name. Most have the file's sections; some write their own over them. `add_bos_token` and `add_eos_token`
 * change nothing where a tokenizer.json lies beside them: what stands around a text is its `post_processor`.
 *
 * @param config tokenizer_config.json, empty where there is none
 * @param model config.json
 * @param repository on the Hub, where the checkpoint is of one
 * @throws Fault "bad-file" for a class that is not read, or what is no token
 */
export function withConfig(json: Json, config: Json, model: Json, repository?: string): ConfiguredTokenizer {
  const classes = classesFor(json, config, model, repository);
  refuseOtherFile(config);
  const rules = classes.taken === "TokenizersBackend" ? undefined : rulesOf(classes.taken);
  const named = { ...json, added_tokens: addedTokens(json, config, rules) };
  const ofClass = rules === undefined ? named : written(named, config, rules);
  const whole = isMistralFixed(config, model) ? withMistralPattern(ofClass) : ofClass;
  return { whole, note: classNote(json, whole, config, classes) };
}

/** A tokenizer.json with what its config makes of it. */
export interface ConfiguredTokenizer {
  readonly whole: Json;
  /** What a person should know of how texts are cut. */
  readonly note: string | undefined;
}

/**
 * The class that transformers takes, and the one that is taken here. They differ where the first writes a space as ▁ over a vocabulary of
 * bytes, which has none: transformers 5.18.0 then loses every space and newline of a text (its issue 45488), and no model was trained on that.
 */
function classesFor(json: Json, config: Json, model: Json, repository?: string): TokenizerClasses {
  const named = tokenizerClass(config, model, repository);
  const losesSpaces =
    named !== "TokenizersBackend" &&
    spellingOf(json) === "bytes" &&
    spellingOf({ ...rulesOf(named).sections(config) }) === "sentencepiece";
  return { named, taken: losesSpaces ? "TokenizersBackend" : named };
}

interface TokenizerClasses {
  readonly named: TokenizerClass;
  readonly taken: TokenizerClass;
}

/** @throws Fault "bad-file" where transformers reads another file than tokenizer.json, which is of an older version of itself */
function refuseOtherFile({ fast_tokenizer_files: files }: Json): void {
  const other = (Array.isArray(files) ? (files as readonly unknown[]) : []).find(
    (file) => typeof file === "string" && /^tokenizer\..+\.json$/.test(file),
  );
  if (other === undefined) return;
  throw new Fault(
    "bad-file",
    `tokenizer_config.json: fast_tokenizer_files names ${shown(other)}, which transformers may read in place of tokenizer.json; a checkpoint with one tokenizer is needed`,
  );
}

function written(json: Json, config: Json, rules: WrittenRules): Json {
  const { options, ...sections } = rules.sections(config);
  const whole = { ...json, ...sections, model: { ...BPE, ...vocabulary(json), ...options } };
  return rules.around === undefined ? whole : { ...whole, post_processor: around(whole, config, rules) };
}

/**
 * A tokenizer.json as texts are cut by it: where `split_special_tokens` says so, special tokens are cut as all else is. Those that the model
 * lacks keep their ids, as their names are taken by what nobody writes.
 */
export function withSplitTokens(whole: Json, { split_special_tokens: isSplit }: Json): Json {
  const { added_tokens: tokens, model } = whole;
  if (isSplit !== true || !Array.isArray(tokens)) return whole;
  const ofModel = new TokenNames({ model });
  const hidden = (tokens as readonly unknown[]).flatMap((token, index) => {
    if (!isObject(token) || token["special"] !== true || typeof token["content"] !== "string") return [token];
    const isOfModel = ofModel.idOf(token["content"]) !== undefined;
    return isOfModel ? [] : [{ ...token, content: `\uFFFF${index}\uFFFF` }];
  });
  return { ...whole, added_tokens: hidden };
}

/** All that such a class takes of the file's model, of whatever kind that is: a list's pieces are numbered as they stand. */
function vocabulary({ model }: Json): Json {
  const { vocab, merges = [] } = isObject(model) ? model : {};
  if (!Array.isArray(vocab)) return { vocab, merges };
  const pieces = (vocab as readonly unknown[]).map((entry, id) => {
    const piece: unknown = Array.isArray(entry) ? entry[0] : entry;
    if (typeof piece === "string") return [piece, id] as const;
    throw new Fault(
      "bad-file",
      `tokenizer.json: piece ${id} of the model's vocabulary is ${shown(entry)}; a text is needed`,
    );
  });
  return { vocab: Object.fromEntries(pieces), merges };
}

/** A template with the token that begins a text, or nothing where that is what the class writes, or where it has no such token. */
function around(whole: Json, config: Json, rules: WrittenRules): Json | null {
  if (rules.around === "nothing") return null;
  const { bos_token: token = rules.tokens["bos_token"] } = config;
  const text = isObject(token) ? token["content"] : token;
  const id = typeof text === "string" ? new TokenNames(whole).idOf(text) : undefined;
  if (id === undefined) return null;
  return {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: text, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [],
    special_tokens: { [String(text)]: { id: text, ids: [id], tokens: [text] } },
  };
}
