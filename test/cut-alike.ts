import { otherNumbers } from "#state/ablation-source.ts";
import type { AskedEngine } from "./asked-engine.ts";

/** Answers as a tokenizer that cuts a prompt and the first of those with other numbers alike, and the rest into one token more. */
export async function cutAlike(asked: Pick<AskedEngine, "waiting">, prompt: string, fitting: number): Promise<void> {
  const alike: readonly unknown[] = [prompt, ...otherNumbers(prompt).slice(0, fitting)];
  for (const call of asked.waiting("tokenize"))
    await call.answer({ ids: alike.includes(call.prompt) ? [1, 2] : [1, 2, 3] });
}
