import type { Engine } from "#client/engine.ts";
import type { Token } from "#protocol/engine.ts";
import { notify, notifyFault, dismiss } from "./notices.ts";
import { setTarget } from "./question.ts";
import { currentEngine } from "./run/engine-port.ts";
import { results } from "./run/results.ts";

/** Asks about one token of the vocabulary; the clean run's first is the default and needs no name in a link. */
export function chooseTarget(id: number): void {
  const { before } = results.getState();
  setTarget(before.value?.top[0]?.id === id ? undefined : id);
  dismiss("target");
}

/** A typed target has to be one token, as the tokenizer cuts it. */
export async function typeTarget(text: string): Promise<void> {
  try {
    const token = await readOneToken(currentEngine(), text, "target");
    if (token) chooseTarget(token.id);
  } catch (reason) {
    notifyFault("target", reason);
  }
}

/** @returns undefined, with a notice, for what is not one token of the vocabulary */
export async function readOneToken(
  engine: Engine,
  text: string,
  about: "target" | "tokens",
): Promise<Token | undefined> {
  const name = about === "target" ? "target" : "token";
  const { ids, texts, added, unknown } = await engine.tokenize(text);
  const own = ids.map((id, index) => ({ id, text: texts[index] ?? "" })).filter((_, index) => !added.includes(index));
  const [only] = own;
  dismiss(about);
  if (unknown.length > 0)
    notify(about, `“${unknown.join("”, “")}” is not in this model’s vocabulary. A ${name} is one of its tokens.`);
  else if (!only) notify(about, `The ${name} is empty. Type one token, or click one in the prediction.`);
  else if (own.length > 1) {
    const cut = own.map((token) => token.text).join(" · ");
    notify(about, `“${text}” is ${own.length} tokens for this model (${cut}). A ${name} is one token.`);
  } else return only;
  return undefined;
}
