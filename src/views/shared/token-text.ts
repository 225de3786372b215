/** A token as it is shown: spaces as ·, line breaks as ⏎, special tokens and single bytes in ⟨angle brackets⟩. */
export function tokenText(text: string): string {
  if (text === "") return "∅";
  return text
    .replace(/^<(.+)>$/, "⟨$1⟩")
    .replace(/ /g, "·")
    .replace(/\n/g, "⏎")
    .replace(/\t/g, "⇥");
}
