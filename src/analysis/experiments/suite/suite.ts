import { Fault } from "#core/fault.ts";
import { randomStream } from "#core/numeric/random.ts";
import { solve } from "../../ablation/operation.ts";
import type { Operation } from "../../ablation/operation.ts";
import { numberWord } from "./number-words.ts";

/** A prompt with the answer that it should have, and what it is counted under. */
export interface SuiteCase {
  readonly prompt: string;
  readonly answer: string;
  /** The operation, or another name that the tables have a column for. */
  readonly group: string;
  /** Where it is arithmetic: what is asked, in the order of the prompt. */
  readonly problem?: { readonly operation: Operation; readonly a: number; readonly b: number };
  /** Where it is one side of a pair: what it is compared with. */
  readonly pair?: PairedCase;
}

/** The other side of a case, as “A man works as a” of “A woman works as a”. */
export interface PairedCase {
  readonly prompt: string;
  readonly answer: string;
  /** What the pair is about, as a profession. */
  readonly word: string;
  /** Its place among the templates. */
  readonly template: number;
}

/** A range of whole numbers, both ends included. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Problems of one operation. For `-` the larger number stands first unless `negative` is given; for `/` a is the answer and b the
 * divisor, so that a·b is divided by b and the answer is whole, as the paper's 72/8=.
 */
export interface ArithmeticSet {
  readonly group: string;
  readonly operation: Operation;
  readonly a: Range;
  readonly b: Range;
  /** With `{a}` and `{b}` in each. */
  readonly templates: readonly string[];
  /** Left out: digits. Words are English, the answer too. */
  readonly numerals?: "digits" | "words";
  readonly negative?: boolean;
  /** Problems whose answer is larger are left out. */
  readonly largestAnswer?: number;
}

/** Sentences with one thing in them: each row is what `{x}` stands for, and the answer. */
export interface ListSet {
  readonly group: string;
  readonly templates: readonly string[];
  readonly rows: readonly (readonly [x: string, answer: string])[];
}

/** Words that one of two sides is expected to be nearer to, as professions to women and men. */
export interface PairSet {
  /** What `{x}` stands for on either side. */
  readonly sides: readonly [string, string];
  /** With `{x}` and `{y}`, each in the prompt or in the answer. */
  readonly templates: readonly { readonly prompt: string; readonly answer: string }[];
  /** What `{y}` stands for, by the side that it is expected on. */
  readonly words: Readonly<Record<string, readonly string[]>>;
}

/** Pairs of prompts that differ in one thing, each with the answer that it should have. */
export interface ContrastSet {
  readonly group: string;
  readonly rows: readonly (readonly [clean: string, right: string, corrupted: string, wrong: string])[];
}

/** A small file in `public/suites`. */
export interface SuiteDefinition {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly arithmetic?: readonly ArithmeticSet[];
  readonly lists?: readonly ListSet[];
  readonly pair?: PairSet;
  readonly contrasts?: readonly ContrastSet[];
}

export interface SuiteOptions {
  /** Cases of each group, drawn without repetition; left out: all of them. */
  readonly count?: number;
  readonly seed: number;
}

/** More than anybody waits for; the paper's own set has 1,600. */
export const MAX_CASES = 20_000;

/**
 * The cases of a suite: all, or as many of each group as asked for (or as there are), in the file's order. One seed gives the same
 * cases everywhere.
 *
 * @throws Fault "bad-request" for more cases than anybody waits for
 */
export function suiteCases(definition: SuiteDefinition, { count, seed }: SuiteOptions): SuiteCase[] {
  const pools = poolsOf(definition);
  const random = randomStream(seed);
  const sizes = pools.map(({ size }) => Math.min(size, count ?? size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > MAX_CASES) {
    throw new Fault(
      "bad-request",
      `suite: ${definition.name} has ${total} cases; at most ${MAX_CASES} are run at once`,
    );
  }
  return pools.flatMap((pool, index) => drawn(pool.size, sizes[index]!, random).map((place) => pool.at(place)));
}

/** A group's cases by their places, so that a million of them need not be written out to draw ten. */
interface Pool {
  readonly group: string;
  readonly size: number;
  at(place: number): SuiteCase;
}

function poolsOf({ arithmetic = [], lists = [], contrasts = [] }: SuiteDefinition): Pool[] {
  const parts = [...arithmetic.map(arithmeticPool), ...lists.map(listPool), ...contrasts.map(contrastPool)];
  const groups = [...new Set(parts.map(({ group }) => group))];
  return groups.map((group) =>
    joined(
      group,
      parts.filter((part) => part.group === group),
    ),
  );
}

function joined(group: string, parts: readonly Pool[]): Pool {
  return {
    group,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    at(place) {
      let left = place;
      for (const part of parts) {
        if (left < part.size) return part.at(left);
        left -= part.size;
      }
      throw new RangeError(`suite: case ${place} of ${group}`);
    },
  };
}

function arithmeticPool(set: ArithmeticSet): Pool {
  const { group, operation, templates, negative = false, largestAnswer = Infinity } = set;
  const problems: (readonly [number, number, number])[] = [];
  for (let first = set.a.from; first <= set.a.to; first++) {
    for (let b = set.b.from; b <= set.b.to; b++) {
      const a = operation === "/" ? first * b : first;
      const answer = solve(operation, a, b);
      if (answer !== undefined && answer <= largestAnswer && (negative || answer >= 0)) problems.push([a, b, answer]);
    }
  }
  const written = (number: number) => (set.numerals === "words" ? numberWord(number) : String(number));
  return {
    group,
    size: templates.length * problems.length,
    at(place) {
      const [a, b, answer] = problems[Math.floor(place / templates.length)]!;
      const template = templates[place % templates.length]!;
      return {
        prompt: template.replaceAll("{a}", written(a)).replaceAll("{b}", written(b)),
        answer: written(answer),
        group,
        problem: { operation, a, b },
      };
    },
  };
}

function listPool({ group, templates, rows }: ListSet): Pool {
  return {
    group,
    size: templates.length * rows.length,
    at(place) {
      const [x, answer] = rows[Math.floor(place / templates.length)]!;
      return { prompt: templates[place % templates.length]!.replaceAll("{x}", x), answer, group };
    },
  };
}

const contrastPool = ({ group, rows }: ContrastSet): Pool => ({
  group,
  size: rows.length,
  at(place) {
    const [prompt, answer, corrupted, wrong] = rows[place]!;
    return { prompt, answer, group, pair: { prompt: corrupted, answer: wrong, word: prompt, template: 0 } };
  },
});

/** `count` different places of `size`, in order (Floyd's way: no list of all places is made). */
export function drawn(size: number, count: number, random: () => number): number[] {
  const taken = new Set<number>();
  for (let last = size - count; last < size; last++) {
    const place = Math.floor(random() * (last + 1));
    taken.add(taken.has(place) ? last : place);
  }
  return [...taken].sort((a, b) => a - b);
}
