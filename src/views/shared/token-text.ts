/** What a vocabulary writes for a space before a word: sentencepiece's and byte-level BPE's. */
const SPACE_MARKS = /[\u2581\u0120 ]/g;

/** A token as it is shown: spaces as ·, line breaks as ⏎, special tokens in ⟨angle brackets⟩. */
export function tokenText(text: string): string {
  if (text === "") return "∅";
  return text
    .replace(/^<(.+)>$/, "⟨$1⟩")
    .replace(SPACE_MARKS, "·")
    .replace(/[\n\u010a]/g, "⏎")
    .replace(/\t/g, "⇥");
}
