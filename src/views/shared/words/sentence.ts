import { legible } from "#core/printable.ts";

/**
 * A message as a sentence of the page. Faults start with their area in lower case and end without a stop; a file's name or an
 * address stays as it is. What a quoted text could turn the sentence around with is named.
 */
export function asSentence(message: string): string {
  const first = /^\p{Letter}+:?[\s’']/u.test(message) ? message.charAt(0).toUpperCase() + message.slice(1) : message;
  const open = printed(first);
  return /[.!?]$/.test(open) ? open : `${open}.`;
}

/** A message inside a sentence of the page. */
export const asClause = (message: string) => printed(message).replace(/\.$/, "");

/** `a`, `a and b`, `a, b and c`. */
export const joined = (parts: readonly string[]) =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

const printed = (message: string) =>
  legible(message, "\t\n")
    .replace(/(?<=\p{Letter})'(?=\p{Letter})/gu, "’")
    .replace(/\.\)(?=\.|$)/g, ")");
