import type { Token } from "#protocol/engine.ts";
import { notify, notifyFault, dismiss } from "./notices.ts";
import { question, setTarget } from "./question.ts";
import type { TypedAnswer } from "./question.ts";
import { currentEngine } from "./run/engine-port.ts";
import { results } from "./run/results.ts";

/** Asks about one token of the vocabulary; the clean run's first is the default and needs no name in a link. */
export function chooseTarget(id: number, answer?: TypedAnswer): void {
  const { before } = results.getState();
  setTarget(before.value?.top[0]?.id === id ? undefined : id, answer);
  dismiss("target");
}

/** A typed target may be several tokens: it is then the first of them, and the whole is scored beside it. */
export async function typeTarget(text: string): Promise<void> {
  const { prompt } = question.getState();
  try {
    const { ids, texts, added, unknown } = await currentEngine().tokenize(text);
    const alone = ids.map((id, index) => ({ id, text: texts[index] ?? "" })).filter((_, at) => !added.includes(at));
    if (unknown.length > 0) {
      notify("target", `“${unknown.join("”, “")}” is not in this model’s vocabulary. A target is one of its tokens.`);
      return;
    }
    const tokens = alone.length === 0 ? [] : await behindPrompt(prompt, text, alone);
    // the question may have become another one meanwhile
    if (question.getState().prompt !== prompt) return;
    const [first] = tokens;
    if (!first) notify("target", "The target is empty. Type one token, or click one in the prediction.");
    else if (tokens.length === 1) chooseTarget(first.id);
    else chooseTarget(first.id, { text, ids: tokens.map(({ id }) => id) });
  } catch (reason) {
    notifyFault("target", reason);
  }
}

/** The tokens that the model would have to write: the first word of a text is often cut otherwise than one behind a prompt. */
async function behindPrompt(prompt: string, answer: string, alone: readonly Token[]): Promise<readonly Token[]> {
  if (prompt === "") return alone;
  const { tokens } = await currentEngine().scoreAnswer(prompt, { answer });
  return tokens;
}
