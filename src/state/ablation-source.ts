import { randomStream } from "#core/numeric/random.ts";

/** More than anybody types, and than a link carries. */
export const MAX_ABLATION_SOURCE = 1_000;

/** A longer prompt has no numbers to count with any more, and would be written anew for every draw. */
const MAX_CHARACTERS = 20_000;
/** Enough for a mean, few enough for a link. */
const SUGGESTED = 8;
const DRAWS = 200;
/** Beyond this a number is no number to count with. */
const MAX_DIGITS = 15;

/**
 * Prompts that differ from one in their numbers only, drawn at random with as many digits each, and the larger of the first two
 * staying the larger: most models then read them position by position alike. The same for the same prompt.
 *
 * @returns none for a prompt without numbers, or of more characters than anybody counts
 */
export function otherNumbers(prompt: string): string[] {
  if (prompt.length > MAX_CHARACTERS) return [];
  const numbers = prompt.match(/\d+/g) ?? [];
  const random = randomStream(1);
  const found = new Set<string>();
  for (let draw = 0; draw < DRAWS && found.size < SUGGESTED; draw++) {
    const drawn = numbers.map((digits) => drawnLike(digits, random));
    if (order(drawn) !== order(numbers)) continue;
    let place = 0;
    const other = prompt.replace(/\d+/g, () => drawn[place++]!);
    if (other !== prompt) found.add(other);
  }
  return [...found];
}

function drawnLike(digits: string, random: () => number): string {
  if (digits.length > MAX_DIGITS) return digits;
  const first = 10 ** (digits.length - 1);
  return String(first + Math.floor(random() * 9 * first));
}

const order = ([a = "0", b = "0"]: readonly string[]) => Math.sign(Number(a) - Number(b));
