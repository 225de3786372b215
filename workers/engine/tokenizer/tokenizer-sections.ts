import { Fault } from "#core/fault.ts";
import { withOlderPatterns } from "./patterns/older-patterns.ts";
import { isObject } from "./token-names.ts";
import type { Json } from "./token-names.ts";

/**
 * A tokenizer.json as the library is to run it. Every token of a text is wanted and no other: what shortens and fills up is left
 * out, what stands beside the text comes later, and chance, which belongs to training, is off.
 */
export function runnable({ model, added_tokens, normalizer, pre_tokenizer, decoder }: Json): Json {
  return {
    version: "1.0",
    added_tokens,
    normalizer: withOlderPatterns(normalizer),
    pre_tokenizer: withOlderPatterns(withoutFixedLengths(pre_tokenizer)),
    decoder: withOlderPatterns(decoder),
    model: isObject(model) && typeof model["dropout"] === "number" ? { ...model, dropout: null } : model,
  };
}

/** Limit of an added token, in characters. Real ones have at most some forty; what finds them in a text takes the square of this to build. */
const MAX_ADDED = 1_000;

/** @throws Fault "bad-file" for a token that takes minutes to prepare for */
export function checkAdded(tokens: unknown): void {
  for (const token of Array.isArray(tokens) ? (tokens as readonly unknown[]) : []) {
    const { content } = isObject(token) ? token : {};
    if (typeof content === "string" && content.length > MAX_ADDED) {
      throw new Fault(
        "bad-file",
        `tokenizer.json: an added token has ${content.length} characters; at most ${MAX_ADDED} are read`,
      );
    }
  }
}

/** The library's own, and far above any real file's eight. */
const MAX_DEPTH = 128;

/** @throws Fault "bad-file" for what no recursion would come back from */
export function checkDepth(file: string, value: unknown, depth = 0): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > MAX_DEPTH) throw new Fault("bad-file", `${file} is nested more than ${MAX_DEPTH} deep`);
  for (const inner of Object.values(value)) checkDepth(file, inner, depth + 1);
}

/** `FixedLength` is younger than the library's build; a pattern cuts the same pieces. */
function withoutFixedLengths(step: unknown): unknown {
  if (!isObject(step)) return step;
  const { type, length, pretokenizers: steps } = step;
  if (type === "Sequence" && Array.isArray(steps)) {
    return { ...step, pretokenizers: steps.map((each: unknown) => withoutFixedLengths(each)) };
  }
  if (type !== "FixedLength" || !Number.isInteger(length) || Number(length) < 1) return step;
  const Regex = `[\\s\\S]{1,${String(length)}}`;
  return { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false };
}
