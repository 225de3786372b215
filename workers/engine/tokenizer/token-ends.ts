import type { Token, TokenEnds, Tokenization } from "#protocol/engine.ts";

/** More than a sentence about them lists. */
const TOLD_UNKNOWN = 20;

/** @param most tokens of each end; a text of at most twice as many has all of them in `first` */
export function endsOf({ ids, texts, added, unknown }: Tokenization, most: number): TokenEnds {
  const count = ids.length;
  const isWhole = count <= 2 * most;
  const from = isWhole ? count : count - most;
  const between = (start: number, end: number): Token[] =>
    ids.slice(start, end).map((id, place) => ({ id, text: texts[start + place]! }));
  return {
    count,
    first: between(0, isWhole ? count : most),
    last: between(from, count),
    added: added.filter((position) => isWhole || position < most || position >= from),
    unknown: { characters: unknown.slice(0, TOLD_UNKNOWN), count: unknown.length },
  };
}
