import { grouped } from "#core/grouped.ts";
import { legible } from "#core/printable.ts";

/** A longer prompt is shown by its two ends. */
const MOST_WHOLE = 1_000;
const SHOWN_END = 200;

/** A prompt with its spaces, line breaks, tabs and what has no width visible; of a long one the beginning and the end. */
export function typedText(prompt: string): string {
  if (prompt.length <= MOST_WHOLE) return visible(prompt);
  const hidden = grouped(prompt.length - 2 * SHOWN_END);
  return `${visible(prompt.slice(0, SHOWN_END))} … ${hidden} more characters … ${visible(prompt.slice(-SHOWN_END))}`;
}

/** Whether there is anything in a prompt that nobody sees in it. */
export const hasUnseen = (prompt: string) => /\s/.test(prompt) || legible(prompt) !== prompt;

const visible = (text: string) => legible(text.replace(/ /g, "·").replace(/\n/g, "⏎").replace(/\t/g, "⇥"));
