/** How a tokenizer cuts numbers, as far as a few of them tell. */
export type NumberReading =
  /** Every digit is a token. */
  | "digits"
  /** Groups of three, counted from the first digit, or from the last, as thousands are. */
  | "threes-from-left"
  | "threes-from-right"
  /** Any number is one token. */
  | "whole"
  /** As its vocabulary happens to have them. */
  | "pieces";

/** Numbers that tell the ways apart: of five and seven digits groups of three leave two and one over. */
export const SAMPLES = ["123", "54321", "7654321"] as const;

const RULES: readonly (readonly [NumberReading, (digits: string) => readonly string[]])[] = [
  ["digits", (digits) => [...digits]],
  ["threes-from-left", (digits) => digits.match(/\d{1,3}/g) ?? []],
  ["threes-from-right", (digits) => digits.match(/\d{1,3}(?=(?:\d{3})*$)/g) ?? []],
  ["whole", (digits) => [digits]],
];

/** The digits of a number's tokens, one entry for each token that has any. */
export const digitsOf = (texts: readonly string[]): string[] =>
  texts.map((text) => text.replaceAll(/\D/g, "")).filter((digits) => digits !== "");

/** @param cut for each of `SAMPLES` the digits of its tokens */
export function numberReading(cut: readonly (readonly string[])[]): NumberReading {
  const rule = RULES.find(([, group]) => SAMPLES.every((sample, index) => same(cut[index] ?? [], group(sample))));
  return rule?.[0] ?? "pieces";
}

const same = (a: readonly string[], b: readonly string[]) => a.join("|") === b.join("|");
