import { Fault } from "#core/fault.ts";
import type { ModelTokenizer } from "./tokenizer.ts";

/** More words than anybody edits, few enough that reading them takes no time. */
const MAX_WORDS = 2_000;
const MAX_WORD_CHARACTERS = 100;

/**
 * The tokens that a list of words stands for: each word as it is written and with a space before it, where that is one token of the
 * vocabulary.
 *
 * @throws Fault "bad-request" for a list that is too long or stands for no token at all
 */
export function conceptTokens(
  words: readonly string[],
  tokenizer: Pick<ModelTokenizer, "tokenize">,
): { readonly ids: number[]; readonly notTokens: string[] } {
  if (words.length > MAX_WORDS || words.some((word) => word.length > MAX_WORD_CHARACTERS)) {
    throw bad(`${words.length} words; at most ${MAX_WORDS} of at most ${MAX_WORD_CHARACTERS} characters are taken`);
  }
  const ids = new Set<number>();
  const notTokens: string[] = [];
  for (const word of words.map((each) => each.trim()).filter((each) => each !== "")) {
    const single = [word, ` ${word}`].flatMap((text) => singleToken(text, tokenizer) ?? []);
    if (single.length === 0) notTokens.push(word);
    for (const id of single) ids.add(id);
  }
  if (ids.size === 0)
    throw bad(`none of the ${words.length} words is a single token of this model; at least one is needed`);
  return { ids: [...ids], notTokens };
}

function singleToken(text: string, tokenizer: Pick<ModelTokenizer, "tokenize">): number | undefined {
  const { ids, added, unknown } = tokenizer.tokenize(text);
  const own = ids.filter((_, index) => !added.includes(index));
  return own.length === 1 && unknown.length === 0 ? own[0] : undefined;
}

const bad = (sentence: string) => new Fault("bad-request", `concept search: ${sentence}`);
