import { legible } from "#core/printable.ts";

/** A token as it is shown: spaces as ·, line breaks as ⏎, special tokens, single bytes and what nobody could see in ⟨angle brackets⟩. */
export function tokenText(text: string): string {
  if (text === "") return "∅";
  return lineText(text.replace(/^<(.+)>$/, "⟨$1⟩").replace(/ /g, "·"));
}

/** A prompt within a sentence: on one line, its spaces as they are. */
export const lineText = (text: string) => legible(text.replace(/\n/g, "⏎").replace(/\t/g, "⇥"));
