import { joined } from "../../shared/words/sentence.ts";

/** Sums in another order give the same share to this; a difference of one case is far more. */
const SAME = 1e-9;
const MOST_NAMED = 3;

/**
 * All that share the first place: those of the largest value, in their order.
 *
 * @param of what they are compared by; NaN is never first
 */
export function tiedFirst<Item>(items: readonly Item[], of: (item: Item) => number): Item[] {
  const most = items.reduce((best, item) => (of(item) > best ? of(item) : best), -Infinity);
  return items.filter((item) => of(item) >= most - SAME);
}

/** `L0H6`, `L0H6, L0H7 and L0H0`, `L0H6, L0H7, L0H0 and 3 more`. */
export function namesOf(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  return joined(rest > 0 ? [...names.slice(0, MOST_NAMED), `${rest} more`] : names);
}
