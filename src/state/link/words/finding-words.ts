import type { Finding } from "../finding.ts";

/** What whoever makes a link says of the finding: plain text, which the page shows as theirs. */
export type FindingWords = Pick<Finding, "title" | "note">;

/** How much of a text a link has, and how it is written there. */
interface PlainText {
  /** In characters; a letter beyond the Basic Multilingual Plane is one. */
  readonly most: number;
  readonly plain: (text: string) => string;
}

/** A line or two above a figure: one line, without spaces around it. */
export const TITLE: PlainText = { most: 100, plain: asLine };

/** A paragraph, which leaves a link room for its numbers also where each character is escaped to three. */
export const NOTE: PlainText = { most: 500, plain: asParagraphs };

/** The beginning of a text as a link has it, and how many characters there were before anything was left out. */
export function bounded(
  text: string,
  { most, plain }: PlainText,
): { readonly text: string; readonly characters: number } {
  const characters = Array.from(plain(text));
  const { length } = characters;
  // what is cut at a space, or within a picture that is joined of several, ends without it
  const cut = () =>
    plain(
      characters
        .slice(0, most)
        .join("")
        .replace(/\u200D$/, ""),
    );
  return { text: length <= most ? characters.join("") : cut(), characters: length };
}

/** The words of a finding, as far as it has them. */
export const wordsOf = ({ title, note }: FindingWords): FindingWords => ({
  ...(title !== undefined && { title }),
  ...(note !== undefined && { note }),
});

/** The words of a finding as a person typed them. */
export function typedWords(typedTitle: string, typedNote: string): FindingWords {
  const [title, note] = [bounded(typedTitle, TITLE).text, bounded(typedNote, NOTE).text];
  return { ...(title !== "" && { title }), ...(note !== "" && { note }) };
}

function asLine(text: string): string {
  return whole(text).replace(/\s+/g, " ").trim();
}

/** With its first lines, and one empty line at most between two: a note is no poster. */
function asParagraphs(text: string): string {
  const lines = whole(text)
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/[^\S\n]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()
    .split("\n");
  return [...lines.slice(0, MOST_LINES - 1), asLine(lines.slice(MOST_LINES - 1).join(" "))].join("\n").trim();
}

/** Of a note; what would be lines beyond stands in the last one. */
const MOST_LINES = 8;

/** Half a surrogate pair is no character, and no address can hold it. */
const whole = (text: string) => text.replace(/\p{Surrogate}/gu, "\uFFFD");
