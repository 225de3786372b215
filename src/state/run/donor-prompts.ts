import { otherNumbers } from "../ablation-source.ts";
import { currentEngine } from "./engine-port.ts";

/** A mean over fewer is none. */
export const LEAST_DONOR_PROMPTS = 2;

/**
 * Prompts with other numbers that the model's tokenizer cuts into as many tokens as the prompt: they stand in position by position.
 * With as many digits two numbers are not always as many tokens, and what reads otherwise is left out.
 */
export async function donorPromptsOf(prompt: string): Promise<readonly string[]> {
  const others = otherNumbers(prompt);
  const [own, ...lengths] = await Promise.all([prompt, ...others].map(lengthOf));
  return others.filter((_, place) => lengths[place] === own);
}

const lengthOf = async (text: string) => (await currentEngine().tokenize(text)).ids.length;

/** The reason why there is no mean to take, as the end of a sentence. */
export const tooFewText = (fitting: number, drawn: number) =>
  `of ${drawn} prompts with other numbers this model’s tokenizer cuts ${fitting === 0 ? "none" : `only ${fitting}`} into as many tokens as this one, and a mean needs ${LEAST_DONOR_PROMPTS}`;
