import { Fault } from "#core/fault.ts";
import { grouped } from "#core/grouped.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Prompt } from "#protocol/engine.ts";
import type { LoadedModel } from "../load/load-model.ts";

/**
 * A prompt's token ids: text through the tokenizer, ids as they are.
 *
 * @throws Fault "empty-prompt", "prompt-too-long", or "bad-request" for ids that are no tokens
 */
export async function promptIds(
  prompt: Prompt,
  { spec, tokenizer }: Pick<LoadedModel, "spec" | "tokenizer">,
  signal?: AbortSignal,
): Promise<number[]> {
  const { ids, added } =
    typeof prompt === "string" ? await tokenizer.tokenize(prompt, signal) : { ids: [...prompt], added: [] };
  if (ids.length === added.length) {
    const what = prompt.length === 0 ? "empty" : "blank: the tokenizer makes no token of it";
    throw new Fault("empty-prompt", `the prompt is ${what}; type at least one token, such as 3+5=`);
  }
  const wrong = ids.find((id) => !isToken(id, spec));
  if (wrong !== undefined) {
    const end = `${spec.vocabulary - 1}`;
    throw new Fault(
      "bad-request",
      typeof prompt === "string"
        ? `prompt: the tokenizer makes “${tokenizer.tokenText(wrong)}” token ${wrong}, and the model's tokens go from 0 to ${end}`
        : `prompt: ${String(wrong)} is no token id; they go from 0 to ${end}`,
    );
  }
  checkLength(ids.length, spec);
  return ids;
}

/** @throws Fault "prompt-too-long" with the numbers */
export function checkLength(tokens: number, { context }: ModelSpec): void {
  if (tokens > context) {
    throw new Fault(
      "prompt-too-long",
      `the prompt has ${grouped(tokens)} tokens; this model reads at most ${grouped(context)}`,
    );
  }
}

/** @throws Fault "bad-request" naming the range */
export function checkToken(id: number, spec: ModelSpec, name = "token"): number {
  if (isToken(id, spec)) return id;
  throw new Fault("bad-request", `${name}: ${String(id)} is no token id; they go from 0 to ${spec.vocabulary - 1}`);
}

/** @throws Fault "bad-request" naming the range */
export function checkWhole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Fault("bad-request", `${name}: ${String(value)} must be a whole number from ${least} to ${most}`);
}

const isToken = (id: number, { vocabulary }: ModelSpec) => Number.isInteger(id) && id >= 0 && id < vocabulary;
