/**
 * Characters that neither a file of XML nor a table can hold, or that nobody can see there: control characters, halves of surrogate pairs, and the
 * two code points at the end of the first plane that are no characters.
 */
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}\uFFFE\uFFFF]/gu;

/**
 * A text with what cannot be printed named in its place, as `⟨U+FFFE⟩`. A vocabulary can hold any string.
 *
 * @param kept control characters that stay as they are
 */
export const printable = (text: string, kept = ""): string => withNamed(UNPRINTABLE, text, kept);

/**
 * Further characters that nobody sees: formats, such as the controls of writing direction, separators of lines, and what has no width by
 * definition.
 */
const UNSEEN = /[\p{Cc}\p{Surrogate}\uFFFE\uFFFF\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Somebody's text to be read by a person: also what has no width or turns the line's direction is named, so that what follows
 * stays as it was written.
 *
 * @param kept as for `printable`
 */
export const legible = (text: string, kept = ""): string => withNamed(UNSEEN, text, kept);

const withNamed = (unwanted: RegExp, text: string, kept: string) =>
  text.replace(unwanted, (character) => (kept.includes(character) ? character : named(character)));

const named = (character: string) => `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`;
