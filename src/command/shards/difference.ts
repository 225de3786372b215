import { isRecord } from "#core/record.ts";

/** How far two runs of one step are apart. */
export interface Difference {
  /** The largest of any two numbers that are no whole ones, in their own unit: nats for most. */
  readonly largest: number;
  /** Where that is, as `[3].logProbability[2][7]`. */
  readonly at: string;
  /** Whole numbers and texts that differ: ranks, tokens, names of neurons. */
  readonly others: number;
}

/** Two parts of the same step; what only one of them has counts as a difference of the others. */
export function differenceOf(a: unknown, b: unknown, at = ""): Difference {
  const same = { largest: 0, at: "", others: 0 };
  if (typeof a === "number" && typeof b === "number") {
    if (Object.is(a, b) || a === b) return same;
    if (Number.isInteger(a) && Number.isInteger(b)) return { ...same, others: 1 };
    return Number.isNaN(a) || Number.isNaN(b) ? { ...same, others: 1 } : { largest: Math.abs(a - b), at, others: 0 };
  }
  if (Array.isArray(a) && Array.isArray(b))
    return all(namesOf(a, b), (name) => differenceOf(a[Number(name)], b[Number(name)], `${at}[${name}]`));
  if (isRecord(a) && isRecord(b)) return all(namesOf(a, b), (name) => differenceOf(a[name], b[name], `${at}.${name}`));
  return a === b ? same : { ...same, others: 1 };
}

const namesOf = (a: object, b: object) => [...new Set([...Object.keys(a), ...Object.keys(b)])];

const all = (names: readonly string[], of: (name: string) => Difference): Difference =>
  names.map(of).reduce(largerOf, { largest: 0, at: "", others: 0 });

export const largerOf = (a: Difference, b: Difference): Difference => ({
  ...(b.largest > a.largest ? { largest: b.largest, at: b.at } : { largest: a.largest, at: a.at }),
  others: a.others + b.others,
});
