import type { Tokenization } from "#protocol/engine.ts";
import type { ModelTokenizer } from "../tokenizer/tokenizer.ts";

const ENDS_IN_A_WORD = /[\p{L}\p{N}:?]$/u;

/**
 * The tokens of the answer that a prompt should have: those that follow the prompt's when the answer is written behind it, after a
 * space where the prompt ends in a word or a colon. Where writing it there changes the prompt's own tokens, or the tokenizer ends
 * a text with a token of its own, they are those of the answer alone.
 *
 * @param tokenized the prompt's tokens
 */
export async function expectedAnswer(
  tokenizer: Pick<ModelTokenizer, "tokenize">,
  {
    prompt,
    tokenized: { ids, added },
  }: { readonly prompt: string; readonly tokenized: Pick<Tokenization, "ids" | "added"> },
  answer: string,
): Promise<number[]> {
  const gap = ENDS_IN_A_WORD.test(prompt) && !/^\s/.test(answer) ? " " : "";
  const together = await tokenizer.tokenize(`${prompt}${gap}${answer}`);
  const isOpen = !added.includes(ids.length - 1);
  if (isOpen && ids.every((id, place) => together.ids[place] === id)) return together.ids.slice(ids.length);
  const alone = await tokenizer.tokenize(answer);
  return alone.ids.filter((_, place) => !alone.added.includes(place));
}
