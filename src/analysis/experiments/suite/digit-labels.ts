import type { Operation } from "../../ablation/operation.ts";

/** What the paper calls a digit that can be looked up, and one that another column changes. */
export type DigitLabel = "memorise" | "change-one";

/**
 * A label for each digit of a whole result, most significant first.
 *
 * Addition and subtraction: `change-one` where the column to the right carries into this one or borrows from it, so that the
 * digit is not that of its own column's sum or difference; a digit that is nothing but a carry counts as `change-one`. 15 + 32 =
 * 47 are two `memorise`, in 15 + 37 = 52 the 5 = 1 + 3 + 1 is `change-one`. Multiplication and division: the last digit is
 * `memorise`, all before it `change-one`. A negative difference is labelled as its size.
 *
 * @see Yu & Ananiadou (2024), section 3.4
 */
export function digitLabels(operation: Operation, a: number, b: number): DigitLabel[] | undefined {
  switch (operation) {
    case "+":
      return columnLabels(a, b, (x, y, carried) => Math.floor((x + y + carried) / 10), String(a + b).length);
    case "-": {
      const [more, less] = [Math.max(a, b), Math.min(a, b)];
      return columnLabels(more, less, (x, y, borrowed) => (x - borrowed < y ? 1 : 0), String(more - less).length);
    }
    case "*":
      return lastIsMemorised(String(a * b).length);
    case "/":
      return b !== 0 && a % b === 0 ? lastIsMemorised(String(a / b).length) : undefined;
    default:
      throw new Error(`digits: unknown operation ${String(operation satisfies never)}`);
  }
}

const lastIsMemorised = (digits: number): DigitLabel[] =>
  Array.from({ length: digits }, (_, index) => (index === digits - 1 ? "memorise" : "change-one"));

/** @param next what a column hands to the one on its left, 0 or 1 */
function columnLabels(
  a: number,
  b: number,
  next: (x: number, y: number, handed: number) => number,
  digits: number,
): DigitLabel[] {
  const labels: DigitLabel[] = [];
  let handed = 0;
  for (let column = 0; column < digits; column++) {
    labels.unshift(handed > 0 ? "change-one" : "memorise");
    handed = next(digitAt(a, column), digitAt(b, column), handed);
  }
  return labels;
}

const digitAt = (number: number, column: number) => Math.floor(number / 10 ** column) % 10;

/**
 * The labels of an answer's tokens: `change-one` if any of a token's digits is. A token without digits, as a sign or a space,
 * has none, and nor have the tokens of an answer that is not written in these digits.
 *
 * @param texts the answer's tokens as they read
 */
export function tokenLabels(texts: readonly string[], digits: readonly DigitLabel[]): (DigitLabel | undefined)[] {
  const written = texts.map((text) => (text.match(/\d/g) ?? []).length);
  if (written.reduce((sum, count) => sum + count, 0) !== digits.length) return texts.map(() => undefined);
  let from = 0;
  return written.map((count) => {
    const own = digits.slice(from, (from += count));
    if (own.length === 0) return undefined;
    return own.includes("change-one") ? "change-one" : "memorise";
  });
}
