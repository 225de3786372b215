import { Fault } from "#core/fault.ts";
import type { Prompt, Token } from "#protocol/engine.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { checkToken, promptIds } from "../session/requests.ts";

interface Reading extends Pick<LoadedModel, "spec" | "tokenizer"> {
  /** Of the call that it is for. */
  readonly signal?: AbortSignal | undefined;
}

/** A token that is searched for is cut as behind a sign: some tokenizers put a space before a text's first word. */
const BEHIND = "=";

/**
 * The token ids of a text as it is cut where it follows a prompt, which is what the model would have to write. Behind a prompt of ids,
 * behind none, and behind one that the tokenizer ends with a token of its own, a text is cut by itself.
 *
 * @throws Fault "bad-request" for characters that the tokenizer does not know, and where the two together are not cut where the prompt
 *   ends, so that no row of tokens is this text behind this prompt
 */
export async function idsBehind(
  prompt: Prompt,
  text: string,
  { tokenizer, signal }: Omit<Reading, "spec">,
): Promise<number[]> {
  const alone = await idsAlone(text, { tokenizer, signal });
  if (typeof prompt !== "string" || prompt === "" || alone.length === 0) return alone;
  const before = await tokenizer.tokenize(prompt, signal);
  if (before.added.includes(before.ids.length - 1)) return alone;
  const together = await tokenizer.tokenize(`${prompt}${text}`, signal);
  if (before.ids.every((id, index) => together.ids[index] === id)) return together.ids.slice(before.ids.length);
  throw new Fault(
    "bad-request",
    `answer: with “${text}” behind it the prompt is cut otherwise than alone (${together.texts.join(" · ")} against ${before.texts.join(" · ")}); move the space between them, or give the answer as token ids`,
  );
}

/** An answer's tokens, behind a prompt that the model reads. */
export async function answerTokens(prompt: Prompt, text: string, model: Reading): Promise<Token[]> {
  if (prompt !== "") await promptIds(prompt, model, model.signal);
  const ids = await idsBehind(prompt, text, model);
  return ids.map((id) => ({ id, text: model.tokenizer.tokenText(id) }));
}

/** The token that is asked about: an id, or the text of one token by itself or behind the prompt. @throws Fault "bad-request" */
export const targetToken = (asked: number | string, prompt: Prompt, model: Reading): Promise<number> =>
  oneToken(asked, prompt, model, "A target is one, or its id; scoreAnswer takes several.");

/** The token that is searched for. @throws Fault "bad-request" */
export const searchedToken = (asked: number | string, model: Reading): Promise<number> =>
  oneToken(asked, BEHIND, model, "A search is for one.");

async function oneToken(asked: number | string, prompt: Prompt, model: Reading, need: string): Promise<number> {
  if (typeof asked === "number") return checkToken(asked, model.spec);
  const alone = await idsAlone(asked, model);
  const ids = alone.length > 1 ? await idsBehind(prompt, asked, model) : alone;
  const [only] = ids;
  if (only === undefined)
    throw new Fault("bad-request", "the token is empty; type one token of this model’s vocabulary");
  if (ids.length === 1) return checkToken(only, model.spec);
  const cut = ids.map((id) => model.tokenizer.tokenText(id)).join(" · ");
  throw new Fault("bad-request", `“${asked}” is ${ids.length} tokens for this model (${cut}). ${need}`);
}

/** A text's ids without those that the tokenizer adds by itself (BOS). */
async function idsAlone(text: string, { tokenizer, signal }: Omit<Reading, "spec">): Promise<number[]> {
  const { ids, added, unknown } = await tokenizer.tokenize(text, signal);
  if (unknown.length > 0) {
    throw new Fault(
      "bad-request",
      `“${unknown.join("”, “")}” is not in this model’s vocabulary; its tokenizer does not know it, and the model cannot write it`,
    );
  }
  return ids.filter((_, index) => !added.includes(index));
}
