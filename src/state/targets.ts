import { notify, notifyFault, dismiss } from "./notices.ts";
import { question, setTarget } from "./question.ts";
import type { TypedAnswer } from "./question.ts";
import { currentEngine } from "./run/engine-port.ts";
import { results } from "./run/results.ts";

/** Asks about one token of the vocabulary; the clean run's first is the default and needs no name in a link. */
export function chooseTarget(id: number, answer?: TypedAnswer): void {
  const { prediction } = results.getState();
  setTarget(prediction.value?.top[0]?.id === id ? undefined : id, answer);
  dismiss("target");
}

/** A typed target may be several tokens: it is then the first of them, and the whole is scored beside it. */
export async function typeTarget(text: string): Promise<void> {
  const { prompt } = question.getState();
  try {
    const tokens = await currentEngine().answerTokens(prompt, { answer: text });
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
