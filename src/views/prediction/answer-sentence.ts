import type { ScoredAnswer } from "#state/run/results.ts";
import { tokenText } from "../shared/words/token-text.ts";

/** “128” is 3 tokens here: 1 · 2 · 8. The target is the first, 1. */
export function splitSentence(text: string, { tokens }: ScoredAnswer): string {
  const pieces = tokens.map((token) => tokenText(token.text));
  return `“${text}” is ${pieces.length} tokens here: ${pieces.join(" · ")}. The target is the first, ${pieces[0] ?? ""}.`;
}

/** Whether the model would write the answer by itself, and where it first would not. */
export function greedySentence(before: ScoredAnswer, after: ScoredAnswer | undefined): string {
  const clean = `Taking the most probable token each time, the model ${course(before)}`;
  return after ? `${clean}; with what is changed, it ${course(after)}.` : `${clean}.`;
}

function course({ tokens, correct }: ScoredAnswer): string {
  if (correct) return "writes this answer";
  const missed = tokens.findIndex(({ rank }) => rank > 0);
  const { text, rank } = tokens[missed]!;
  return `leaves it at ${tokenText(text)}, token ${missed + 1}, which ranks number ${rank + 1} there`;
}
