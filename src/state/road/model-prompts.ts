import { createStore } from "zustand/vanilla";
import { faultCode } from "#core/fault.ts";
import { model } from "../model/model.ts";
import { currentEngine } from "../run/engine-port.ts";
import { digitsOf, numberReading, SAMPLES } from "./number-reading.ts";
import type { NumberReading } from "./number-reading.ts";

/** How the model at hand reads numbers, and prompts that end where its answer begins. */
export interface ModelPrompts {
  /** Of which model: `ModelInfo.content`. */
  readonly content: string;
  readonly reading: NumberReading;
  /** The samples as they are cut. */
  readonly cut: readonly (readonly string[])[];
  readonly prompts: readonly string[];
}

export const modelPrompts = createStore<{ readonly value: ModelPrompts | undefined }>(() => ({ value: undefined }));

/** The paper's templates (docs/methods/experiments.md), of one digit and of two. */
const TEMPLATES = ["{a}+{b}=", "The sum of {a} and {b} is", "{a} plus {b} is", "Q: What is {a} plus {b}? A:"] as const;
const PAIRS = [
  { a: 3, b: 5 },
  { a: 45, b: 27 },
] as const;

/**
 * Asks the tokenizer of the model at hand, once. Never rejects: where it knows no digits there is nothing to suggest, and the examples
 * stay.
 */
export async function readModelPrompts(): Promise<void> {
  const content = model.getState().info?.content;
  if (content === undefined || modelPrompts.getState().value?.content === content) return;
  try {
    const cut = await Promise.all(SAMPLES.map(cutOf));
    const prompts = await Promise.all(
      PAIRS.flatMap(({ a, b }) =>
        TEMPLATES.map((template) => endedForAnswer(template.replace("{a}", `${a}`).replace("{b}", `${b}`), a + b)),
      ),
    );
    if (model.getState().info?.content !== content) return;
    modelPrompts.setState({ value: { content, reading: numberReading(cut), cut, prompts } });
  } catch (reason) {
    if (faultCode(reason) === "internal") throw reason;
  }
}

async function cutOf(sample: string): Promise<string[]> {
  const { texts, added } = await currentEngine().tokenize(sample);
  return digitsOf(texts.filter((_, index) => !added.includes(index)));
}

/**
 * Behind a word an answer begins with a space. Where that is a token of its own, as in Llama's vocabulary, the prompt has it, so that the
 * next token is the number; elsewhere it belongs to the number.
 */
async function endedForAnswer(prompt: string, answer: number): Promise<string> {
  if (prompt.endsWith("=")) return prompt;
  const [first, ...rest] = await currentEngine().answerTokens(prompt, { answer: ` ${answer}` });
  return rest.length > 0 && /^[\s▁Ġ]*$/.test(first!.text) ? `${prompt} ` : prompt;
}
