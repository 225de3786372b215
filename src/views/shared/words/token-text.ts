import { legible } from "#core/printable.ts";

/** A token as it is shown: spaces as ·, line breaks as ⏎, special tokens, single bytes and what nobody could see in ⟨angle brackets⟩. */
export function tokenText(text: string): string {
  if (text === "") return "∅";
  return legible(
    text
      .replace(/^<(.+)>$/, "⟨$1⟩")
      .replace(/ /g, "·")
      .replace(/\n/g, "⏎")
      .replace(/\t/g, "⇥"),
  );
}
