import { faultsOf } from "#core/fault.ts";
import type { ModelTokenizer } from "../tokenizer/tokenizer.ts";

/** More words than anybody edits, few enough that reading them takes no time. */
const MAX_WORDS = 2_000;
const MAX_WORD_CHARACTERS = 100;
/** Some tokenizers put a space before a text's first word; behind a sign they do not. */
const BEHIND = "=";

/**
 * The tokens that a list of words stands for: each word by itself, with a space before it and behind a sign, where that is one token of the
 * vocabulary.
 *
 * @throws Fault "bad-request" for a list that is too long or stands for no token at all
 */
export async function conceptTokens(
  words: readonly string[],
  tokenizer: Pick<ModelTokenizer, "tokenize">,
): Promise<{ readonly ids: number[]; readonly notTokens: string[] }> {
  if (words.length > MAX_WORDS || words.some((word) => word.length > MAX_WORD_CHARACTERS)) {
    throw bad(`${words.length} words; at most ${MAX_WORDS} of at most ${MAX_WORD_CHARACTERS} characters are taken`);
  }
  const ids = new Set<number>();
  const notTokens: string[] = [];
  const trimmed = words.map((each) => each.trim()).filter((each) => each !== "");
  const found = await Promise.all(trimmed.map((word) => singleTokens(tokenizer, word)));
  for (const [place, single] of found.entries()) {
    if (single.length === 0) notTokens.push(trimmed[place]!);
    for (const id of single) ids.add(id);
  }
  if (ids.size === 0)
    throw bad(`none of the ${words.length} words is a single token of this model; at least one is needed`);
  return { ids: [...ids], notTokens };
}

async function singleTokens(tokenizer: Pick<ModelTokenizer, "tokenize">, word: string): Promise<number[]> {
  const found = await Promise.all([
    singleToken(tokenizer, word, ""),
    singleToken(tokenizer, ` ${word}`, ""),
    singleToken(tokenizer, `${BEHIND}${word}`, BEHIND),
  ]);
  return found.filter((id) => id !== undefined);
}

/** The token that a text is behind what stands before it in the text itself. */
async function singleToken(
  tokenizer: Pick<ModelTokenizer, "tokenize">,
  text: string,
  before: string,
): Promise<number | undefined> {
  const { ids, unknown } = await ownTokens(tokenizer, text);
  const leading = before === "" ? [] : (await ownTokens(tokenizer, before)).ids;
  const isBehind = leading.every((id, place) => ids[place] === id);
  return isBehind && ids.length === leading.length + 1 && unknown.length === 0 ? ids.at(-1) : undefined;
}

async function ownTokens(tokenizer: Pick<ModelTokenizer, "tokenize">, text: string) {
  const { ids, added, unknown } = await tokenizer.tokenize(text);
  return { ids: ids.filter((_, index) => !added.includes(index)), unknown };
}

const bad = faultsOf("bad-request", "concept search: ");
