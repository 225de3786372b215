import type { Engine } from "#client/engine.ts";
import type { Token } from "#protocol/engine.ts";
import { dismiss, notify } from "../notices.ts";

/** Some tokenizers put a space before a text's first word; behind a sign they do not. */
const BEHIND = "=";

/** @returns undefined, with a notice, for what is not one token of the vocabulary */
export async function readOneToken(engine: Engine, text: string, about: string): Promise<Token | undefined> {
  const { ids, texts, added, unknown } = await engine.tokenize(text);
  const alone = ids.map((id, index) => ({ id, text: texts[index] ?? "" })).filter((_, index) => !added.includes(index));
  const own = alone.length > 1 ? (await engine.scoreAnswer(BEHIND, { answer: text })).tokens : alone;
  const [only] = own;
  dismiss(about);
  if (unknown.length > 0) notify(about, `“${unknown.join("”, “")}” is not in this model’s vocabulary.`);
  else if (!only) notify(about, "The token is empty. Type one token of this model’s vocabulary.");
  else if (own.length > 1) {
    const cut = own.map((token) => token.text).join(" · ");
    notify(about, `“${text}” is ${own.length} tokens for this model (${cut}). A search is for one.`);
  } else return only;
  return undefined;
}
