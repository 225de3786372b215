import type { Operation } from "../../ablation/operation.ts";

/** A cell of an operand map: two operands and the right answer. */
export interface OperandPair {
  readonly a: number;
  readonly b: number;
  readonly answer: number;
}

export const HEURISTIC_KINDS = ["identical", "value", "modulo", "range", "pattern"] as const;
export type HeuristicKind = (typeof HEURISTIC_KINDS)[number];

/** A rule about the operands or the answer that a neuron may fire by. */
export interface Heuristic {
  readonly kind: HeuristicKind;
  /** As it is written: “a = 3 (mod 10)”. */
  readonly name: string;
  /** Whether it is about the answer: it is then sought in what the neuron says of the answer, and not in when it fires. */
  readonly isOfAnswer: boolean;
  /** Places of the pairs that it applies to, ascending. */
  readonly pairs: readonly number[];
  /** Whether it applies to a problem, be it one of the pairs or not. */
  readonly applies: (problem: OperandPair) => boolean;
}

/** Nikankin et al. (arXiv 2410.21272), section 4.1: the share of pairs that a neuron and a heuristic have to have in common. */
export const MATCH_THRESHOLD = 0.6;
/** A heuristic that applies to fewer pairs is met by chance too easily. */
const LEAST_PAIRS = 5;
/**
 * Largest share of pairs that a heuristic may apply to: by chance its score is that share, which has to stay below the threshold. Parities are at
 * a half.
 */
const MOST_SHARE = 0.55;

const MODULI = [2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
/** The widths of the paper's code, by operation: of an operand's ranges and of the answer's. */
const RANGES: Readonly<Record<Operation, { readonly operand: readonly number[]; readonly answer: readonly number[] }>> =
  {
    "+": { operand: [10, 30, 50, 100], answer: [10, 30, 50] },
    "-": { operand: [10, 30, 50, 100], answer: [10, 30, 50] },
    "*": { operand: [3, 5, 10], answer: [10, 30, 50, 100] },
    "/": { operand: [10, 30, 50, 100], answer: [2, 10, 100] },
  };

type Rule = Omit<Heuristic, "pairs">;

/**
 * The heuristics that the pairs can tell, each that applies to the same pairs as an earlier one left out: identical operands, values,
 * remainders, ranges, and digits with wildcards. Of operands each, of both alike, and of the answer.
 */
export function heuristicsOf(operation: Operation, pairs: readonly OperandPair[]): Heuristic[] {
  const known = new Set<string>();
  return rulesOf(operation, pairs).flatMap((rule) => {
    const places = pairs.flatMap((pair, place) => (rule.applies(pair) ? [place] : []));
    const key = `${rule.isOfAnswer} ${places.join(" ")}`;
    if (places.length < LEAST_PAIRS || places.length > MOST_SHARE * pairs.length || known.has(key)) return [];
    known.add(key);
    return [{ ...rule, pairs: places }];
  });
}

/** What a rule can be about. */
interface Subject {
  readonly name: string;
  readonly isOfAnswer: boolean;
  readonly of: (pair: OperandPair) => readonly number[];
}

const SUBJECTS: readonly Subject[] = [
  { name: "a", isOfAnswer: false, of: ({ a }) => [a] },
  { name: "b", isOfAnswer: false, of: ({ b }) => [b] },
  { name: "a and b", isOfAnswer: false, of: ({ a, b }) => [a, b] },
  { name: "answer", isOfAnswer: true, of: ({ answer }) => [answer] },
];

function rulesOf(operation: Operation, pairs: readonly OperandPair[]): Rule[] {
  const about = ({ name, isOfAnswer, of }: Subject, kind: HeuristicKind, rule: string, is: (n: number) => boolean) => ({
    kind,
    name: `${name} ${rule}`,
    isOfAnswer,
    applies: (pair: OperandPair) => of(pair).every(is),
  });
  const each = (rules: (subject: Subject) => Rule[]) => SUBJECTS.flatMap(rules);
  return [
    { kind: "identical", name: "a = b", isOfAnswer: false, applies: ({ a, b }) => a === b },
    ...each((subject) =>
      distinct(pairs.flatMap(subject.of)).map((value) =>
        about(subject, "value", `= ${written(value)}`, (n) => n === value),
      ),
    ),
    ...each((subject) =>
      subject.isOfAnswer && operation === "/"
        ? []
        : MODULI.flatMap((modulus) =>
            Array.from({ length: modulus }, (_, rest) =>
              about(subject, "modulo", `= ${rest} (mod ${modulus})`, (n) => remainder(n, modulus) === rest),
            ),
          ),
    ),
    ...each((subject) =>
      rangesOver(pairs.flatMap(subject.of), RANGES[operation][subject.isOfAnswer ? "answer" : "operand"], subject).map(
        ([from, to]) =>
          about(subject, "range", `from ${written(from)} to ${written(to - 1)}`, (n) => n >= from && n < to),
      ),
    ),
    ...each((subject) =>
      subject.isOfAnswer && operation === "/"
        ? []
        : distinct(pairs.flatMap(subject.of).flatMap(patternsOf)).map((pattern) =>
            about(subject, "pattern", `as ${pattern}`, (n) => matches(pattern, n)),
          ),
    ),
  ];
}

const remainder = (value: number, modulus: number) => ((value % modulus) + modulus) % modulus;
const written = (value: number) => String(value).replace("-", "−");
const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));

/** An operand's ranges stand side by side; the answer's overlap, a third of their width or 10 apart, as the paper's code has them. */
function rangesOver(values: readonly number[], widths: readonly number[], { isOfAnswer }: Subject) {
  const [least, most] = [
    values.reduce((low, value) => Math.min(low, value), Infinity),
    values.reduce((high, value) => Math.max(high, value), -Infinity),
  ];
  return widths.flatMap((width) => {
    const step = isOfAnswer ? Math.max(Math.floor(width / 3), Math.min(width, 10)) : width;
    const first = Math.floor(least / step) * step;
    return Array.from(
      { length: Math.max(0, Math.floor((most - first) / step) + 1) },
      (_, place): readonly [number, number] => [first + place * step, first + place * step + width],
    );
  });
}

const PATTERN_DIGITS = 3;
const digitsOf = (value: number) => String(Math.abs(value)).padStart(PATTERN_DIGITS, "0");

/**
 * A number of up to three digits with some of them left open: 158 is .5., .58 and 1.8. What only leaves the end open is a range, and only the last
 * digit a remainder.
 */
const patternsOf = (value: number) => {
  const digits = digitsOf(value);
  if (digits.length > PATTERN_DIGITS || value < 0) return [];
  const [hundreds, tens, units] = [...digits];
  return [`.${tens}.`, `.${tens}${units}`, `${hundreds}.${units}`];
};

function matches(pattern: string, value: number): boolean {
  const digits = digitsOf(value);
  if (value < 0 || digits.length > PATTERN_DIGITS) return false;
  return [...pattern].every((digit, place) => digit === "." || digit === digits[place]);
}

/** A neuron over all pairs: its activation at the last position, and what it adds to the answer's logit, less the mean logit. */
export interface NeuronMap {
  readonly activations: ArrayLike<number>;
  readonly contributions: ArrayLike<number>;
}

/** A heuristic that a neuron is taken to implement, by its place in the list, and how well they fit. */
export type Match = readonly [heuristic: number, score: number];

/**
 * The heuristics that a neuron implements: those that share at least `MATCH_THRESHOLD` of their k pairs with the k that the neuron fires
 * most for (about operands), or says the answer most clearly in (about the answer).
 *
 * @param bothEnds a gated FFN's activation may be large below 0 as well: the k lowest count too, the better ones do
 */
export function matchesOf(
  { activations, contributions }: NeuronMap,
  heuristics: readonly Heuristic[],
  { bothEnds }: { readonly bothEnds: boolean },
): Match[] {
  const highest = overlaps(activations);
  const lowest = bothEnds ? overlaps(Array.from(activations, (value) => -value)) : () => 0;
  const clearest = overlaps(contributions);
  return heuristics.flatMap(({ pairs, isOfAnswer }, place): Match[] => {
    const score = isOfAnswer ? clearest(pairs) : Math.max(highest(pairs), lowest(pairs));
    return score >= MATCH_THRESHOLD ? [[place, score]] : [];
  });
}

/**
 * The share of k given places that are among the k of largest value; of places that are tied at the end of these the share that any order
 * would have on average, so that a neuron that is the same everywhere fits nothing better than chance.
 */
function overlaps(values: ArrayLike<number>): (places: readonly number[]) => number {
  const sorted = Float64Array.from(values).sort().reverse();
  /** How many are above, and how many are not below, the value at each place of the order. */
  const above = new Uint32Array(sorted.length);
  for (let place = 1; place < sorted.length; place++) {
    above[place] = sorted[place]! < sorted[place - 1]! ? place : above[place - 1]!;
  }
  const notBelow = new Uint32Array(sorted.length).fill(sorted.length);
  for (let place = sorted.length - 2; place >= 0; place--) {
    notBelow[place] = sorted[place + 1]! < sorted[place]! ? place + 1 : notBelow[place + 1]!;
  }
  return (places) => {
    const last = places.length - 1;
    const bound = sorted[last]!;
    let hits = 0;
    let tied = 0;
    for (const place of places) {
      const value = values[place]!;
      if (value > bound) hits++;
      else if (value === bound) tied++;
    }
    const open = notBelow[last]! - above[last]!;
    return (hits + ((places.length - above[last]!) * tied) / open) / places.length;
  };
}
