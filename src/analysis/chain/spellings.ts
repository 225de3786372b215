import { NUMBER_WORDS } from "#core/numeric/arithmetic.ts";

/** Without a zero. */
const ROMAN = " I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split(" ");

/** What a vocabulary writes for a space before a word. */
const SPACE_MARKS = /[▁Ġ\s]/g;

/** A token without the marks of a space before it, in small letters unless it is a Roman number. */
function bare(text: string): string {
  const word = text.replace(SPACE_MARKS, "");
  return ROMAN.includes(word) ? word : word.toLowerCase();
}

/**
 * Whether two tokens say the same: the same word but for case and the space before it, or one number in figures, in words (English,
 * German, French, Spanish, Italian, 0 to 20) or in Roman figures. Scripts beyond these count as another word.
 */
export function saysSame(a: string, b: string): boolean {
  const [first, second] = [bare(a), bare(b)];
  if (first === "" || second === "") return first === second && a === b;
  return first === second || numbersOf(first).some((number) => numbersOf(second).includes(number));
}

/** "six" is 6 in English and in French; no word of the table is two numbers, but a letter may be a Roman one and a word. */
function numbersOf(word: string): number[] {
  if (/^\d{1,6}$/.test(word)) return [Number(word)];
  return [...NUMBER_WORDS, ROMAN].map((words) => words.indexOf(word)).filter((number) => number >= 0);
}
