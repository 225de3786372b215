import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadedModel } from "#workers/engine/load/load-model.ts";
import { ModelSession } from "#workers/engine/session/model-session.ts";
import { unaborted } from "./engine.ts";

/** Prompt, answer, and the model's own answer where that is another one. */
export type CardCase = readonly [prompt: string, expected: string, found?: string];

/** Every case of `training/evaluate.py`, with what PyTorch makes of it in float32, by set. */
export const cardCases = (name: string): ReadonlyMap<string, readonly CardCase[]> =>
  new Map(Object.entries(JSON.parse(readFileSync(join(import.meta.dirname, "golden", `${name}-cases.json`), "utf8"))));

export const foundIn = ([, expected, found = expected]: CardCase): string => found;

/** The most probable token behind each prompt. */
export async function answersOf(model: LoadedModel, prompts: readonly string[]): Promise<string[]> {
  const session = new ModelSession(model);
  const found: string[] = [];
  for (const prompt of prompts) {
    const { top } = await session.predict(prompt, { top: 1 }, () => undefined, unaborted());
    found.push(top[0]!.text);
  }
  return found;
}
