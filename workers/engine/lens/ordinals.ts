import type { ModelTokenizer } from "../tokenizer/tokenizer.ts";

/** Lists with an order that texts are full of; a model's tokens are taken of those that it writes as one token each. */
const LISTS = [
  [..."0123456789"],
  "one two three four five six seven eight nine ten".split(" "),
  "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" "),
  "January February March April May June July August September October November December".split(" "),
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"],
] as const;

/** Fewer in a row are no list. */
const LEAST = 5;

/**
 * The lists that a tokenizer has, as token ids in their order: with a space before each word where that is one token, else without. Of
 * a list that is not whole, the longest stretch of five or more in a row.
 */
export async function ordinalLists(tokenizer: Pick<ModelTokenizer, "tokenize">): Promise<number[][]> {
  const found: number[][] = [];
  for (const list of LISTS) {
    for (const before of [" ", ""]) {
      const ids = await Promise.all(list.map((word) => singleToken(tokenizer, before + word)));
      const stretch = longestStretch(ids);
      if (stretch.length < LEAST) continue;
      found.push(stretch);
      break;
    }
  }
  return found;
}

async function singleToken(tokenizer: Pick<ModelTokenizer, "tokenize">, text: string): Promise<number | undefined> {
  const { ids, added, unknown } = await tokenizer.tokenize(text);
  const own = ids.filter((_, index) => !added.includes(index));
  return own.length === 1 && unknown.length === 0 ? own[0] : undefined;
}

function longestStretch(ids: readonly (number | undefined)[]): number[] {
  let longest: number[] = [];
  let current: number[] = [];
  for (const id of ids) {
    // a token that stands for two words is no place in a list
    current = id === undefined || current.includes(id) ? [] : [...current, id];
    if (current.length > longest.length) longest = current;
  }
  return longest;
}
