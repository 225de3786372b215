import { faultsOf } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { isObject } from "./token-names.ts";
import type { Json } from "./token-names.ts";
import type { WrittenRules } from "./classes/written-classes.ts";

/** Named tokens, in the order in which they get the ids that are free. */
const NAMED = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"] as const;
const isNamed = (field: string) => NAMED.some((name) => name === field);

const bad = faultsOf("bad-file", "tokenizer_config.json: ");

/** A text that is never cut into pieces, and how it is found. */
interface AddedToken {
  readonly content: string;
  readonly special: boolean;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Whether it is looked for in the normalised text; undefined where the file says nothing: as what is not special is. */
  readonly normalized: boolean | undefined;
}

/** One that the config names: by its text alone, or with how it is found. */
interface NamedToken extends AddedToken {
  readonly isText: boolean;
}

/**
 * The tokens that are added to a model's, as transformers 5.18.0 puts them together: the file's; those of `added_tokens_decoder` by their
 * numbers, which play no part in the ids that they get; the named ones; the rest. What stands there already is changed by
 * `added_tokens_decoder` alone.
 *
 * @param rules of a class that begins without the file's: its tokens are added by their ids unless the config has an `added_tokens_decoder`
 * @throws Fault "bad-file" for what is no token
 */
export function addedTokens(json: Json, config: Json, rules: WrittenRules | undefined): unknown {
  const { added_tokens: inFile = [] } = json;
  // the library says what is wrong with such a file
  if (!isListOfTokens(inFile)) return inFile;
  const file = inFile.map((token) => tokenOf(token));
  const there = rules === undefined ? file : [];
  const byId = [...inFile].sort((a, b) => a.id - b.id);
  const byNumber = decoderOf(config) ?? byId.map((token) => tokenOf(token));
  const known = new Map(byNumber.map((token) => [token.content, token]));
  const named = [...namedTokens(json, config, rules)].map(([field, token]) => {
    const asAdded = isNamed(field) && Object.hasOwn(config, field) ? known.get(token.content) : undefined;
    return asAdded ? { ...asAdded, isText: false } : token;
  });
  const special = new Set(named.map(({ content }) => content));
  named.push(...listedTokens(config, rules));
  // of one text the last counts, wherever it stands
  const added = new Map<string, AddedToken>();
  for (const token of newTokens(byNumber, named, there)) {
    added.set(token.content, { ...token, special: token.special || special.has(token.content) });
  }
  if (rules?.takesTexts) {
    for (const { content } of named) added.set(content, tokenOf({ content, special: true }));
  }
  added.delete("");
  const kept = (rules === undefined ? inFile : []).map((token) => {
    const changed = added.get(token.content);
    // what is special once stays so
    return changed ? { ...token, ...withFlags(changed), special: changed.special || token["special"] === true } : token;
  });
  const texts = new Set(there.map(({ content }) => content));
  const fresh = [...added.values()].filter(({ content }) => !texts.has(content));
  return [...kept, ...fresh.map((token, index) => ({ id: kept.length + index, ...withFlags(token) }))];
}

const isListOfTokens = (list: unknown): list is readonly (Json & { readonly content: string; readonly id: number })[] =>
  Array.isArray(list) &&
  list.every((token) => isObject(token) && typeof token["content"] === "string" && typeof token["id"] === "number");

/** What is not there yet, in the order in which it is added; of `added_tokens_decoder`, what is not there like that. */
function newTokens(
  byNumber: readonly AddedToken[],
  named: readonly NamedToken[],
  there: readonly AddedToken[],
): AddedToken[] {
  const asThere = new Set(there.map(written));
  const fresh = byNumber.filter((token) => !asThere.has(written(token)));
  const taken = new Set([...there, ...fresh].map(({ content }) => content));
  const asNamed = new Set<string>();
  const more = named.filter((token) => {
    if (taken.has(token.content)) return false;
    const key = `${token.isText} ${written(token)}`;
    return !asNamed.has(key) && asNamed.add(key);
  });
  return [...fresh, ...more];
}

const withFlags = ({ content, special, single_word, lstrip, rstrip, normalized }: AddedToken) => ({
  content,
  single_word,
  lstrip,
  rstrip,
  normalized: normalized ?? !special,
  special,
});
const written = (token: AddedToken) => JSON.stringify(withFlags(token));

function decoderOf({ added_tokens_decoder: decoder }: Json): AddedToken[] | undefined {
  if (decoder === undefined) return undefined;
  if (!isObject(decoder)) throw bad(`added_tokens_decoder is ${shown(decoder)}; tokens by their ids are needed`);
  return Object.entries(decoder)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([id, value]) => {
      if (!isObject(value)) throw noToken(`added_tokens_decoder[${id}]`, value);
      return tokenOf(value, `added_tokens_decoder[${id}]`);
    });
}

/** The named tokens and, behind them, those of other names: as the class has them, with their flags, by text alone, by name. */
function namedTokens(json: Json, config: Json, rules: WrittenRules | undefined): Map<string, NamedToken> {
  const { pad_token: padding } = isObject(json["padding"]) ? json["padding"] : {};
  const own: Readonly<Record<string, unknown>> = { pad_token: padding, ...rules?.tokens };
  const found = new Map<string, NamedToken>();
  const add = (field: string, value: unknown) => {
    if (value !== null && value !== undefined) found.set(field, namedToken(field, value));
  };
  for (const field of NAMED) add(field, Object.hasOwn(config, field) ? config[field] : own[field]);
  for (const [field, value] of ownTokens(config, rules)) add(field, value);
  const other = Object.entries(config).filter(([field]) => field.endsWith("_token") && !isNamed(field));
  for (const [field, value] of other) if (isFlagged(value)) add(field, value);
  const texts = other.filter(([, value]) => typeof value === "string");
  const { model_specific_special_tokens: saved } = config;
  const extra = extraOf(config);
  const byName = isObject(extra) ? Object.entries(extra) : [];
  // what an earlier save wrote down counts where nothing else does
  const others =
    texts.length + byName.length > 0 ? [...texts, ...byName] : Object.entries(isObject(saved) ? saved : {});
  for (const [field, value] of others) add(field, value);
  return found;
}

/** A class's own tokens of other names, which only one with flags takes the place of before the config's texts do. */
function ownTokens(config: Json, rules: WrittenRules | undefined): [field: string, value: unknown][] {
  return Object.entries(rules?.moreTokens ?? {}).map(([field, text]) => {
    const { [field]: value = text } = config;
    return [field, typeof value === "string" ? text : value];
  });
}

/** Others in a list, and a class's own once more where there is no list. */
function listedTokens(config: Json, rules: WrittenRules | undefined): NamedToken[] {
  const extra = extraOf(config);
  if (Array.isArray(extra)) {
    return extra.map((value: unknown, index) => namedToken(`extra_special_tokens[${index}]`, value));
  }
  if (extra !== undefined && extra !== null && !isObject(extra)) {
    throw bad(`extra_special_tokens is ${shown(extra)}; a list of tokens, or tokens by their names, are needed`);
  }
  return ownTokens(config, rules)
    .filter(([, value]) => value !== null)
    .map(([field, value]) => namedToken(field, value));
}

/** Under its newer name or its older; the newer counts where it says something. */
function extraOf({ extra_special_tokens: extra, additional_special_tokens: additional }: Json): unknown {
  const size = typeof extra === "object" && extra !== null ? Object.keys(extra).length : Number(Boolean(extra));
  return size === 0 && additional !== undefined ? additional : extra;
}

const isFlagged = (value: unknown): value is Json => isObject(value) && value["__type"] === "AddedToken";

function namedToken(field: string, value: unknown): NamedToken {
  if (typeof value === "string") return { ...tokenOf({ content: value, special: true }), isText: true };
  if (!isObject(value)) throw noToken(field, value);
  return { ...tokenOf(value, field), isText: false };
}

const noToken = (field: string, value: unknown) => bad(`${field} is ${shown(value)}; a token's text is needed`);

/** @param field of tokenizer_config.json; the file's own tokens are the library's to check */
function tokenOf(value: Json, field?: string): AddedToken {
  const { content, normalized } = value;
  if (field !== undefined && typeof content !== "string") throw noToken(field, value);
  const flag = (name: string) => value[name] === true;
  return {
    content: content as string,
    special: flag("special"),
    single_word: flag("single_word"),
    lstrip: flag("lstrip"),
    rstrip: flag("rstrip"),
    normalized: typeof normalized === "boolean" ? normalized : undefined,
  };
}
