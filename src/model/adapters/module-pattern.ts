import { Fault } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";

/** Longer than any list of layers that somebody wrote by hand. */
const MAX_PATTERN_CHARACTERS = 2_000;
/** Groups within groups: PEFT's and Unsloth's own patterns have three. */
const MAX_NESTING = 50;
/** States of all patterns of one config together; a name of 60 characters visits each 60 times at most. */
const MAX_STATES = 5_000;

/** Whether a module's whole name fits. */
export type ModulePattern = (name: string) => boolean;

/** What all patterns of one config may still take. */
export interface PatternBudget {
  states: number;
}

export const patternBudget = (): PatternBudget => ({ states: MAX_STATES });

type Test = (found: string) => boolean;

/** What a pattern says, as a tree. */
type Piece =
  | { readonly kind: "character"; readonly test: Test }
  | { readonly kind: "place"; readonly test: (name: string, at: number) => boolean }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Piece[] }
  | { readonly kind: "repeat"; readonly part: Piece; readonly least: number; readonly most: number };

/** A state leads on at once, after a character, or at certain places; without a way on it is the end. */
interface State {
  readonly ways: number[];
  readonly character?: Test;
  readonly place?: (name: string, at: number) => boolean;
}

/**
 * Python's regular expressions as PEFT's configs have them, for a whole name: characters, `.`, classes, groups,
 * alternatives, `*`, `+`, `?`, `{m,n}`, `^`, `$`, `\b`. A pattern from a stranger's file must not be able to hang the page, so
 * it is made a machine of states (Thompson's construction) and all the states that a name can be in are followed at once:
 * states × characters steps, whatever the pattern.
 *
 * @param budget shared by the patterns of one config; what this one takes is taken off
 * @throws Fault "bad-config" for what it does not read, with the place
 */
export function modulePattern(source: string, budget = patternBudget()): ModulePattern {
  if (source.length > MAX_PATTERN_CHARACTERS) {
    throw new Fault(
      "bad-config",
      `adapter_config.json: a pattern has ${source.length} characters; at most ${MAX_PATTERN_CHARACTERS} are read`,
    );
  }
  const states: State[] = [{ ways: [] }];
  const start = build(new PatternReader(source).read(), 0, states, budget);
  return (name) => fits(states, start, name);
}

function build(piece: Piece, next: number, states: State[], budget: PatternBudget): number {
  budget.states -= 1;
  if (budget.states < 0) {
    throw new Fault(
      "bad-config",
      `adapter_config.json: its patterns take more than ${MAX_STATES} steps to read; simpler ones are needed`,
    );
  }
  const add = (state: State) => states.push(state) - 1;
  switch (piece.kind) {
    case "character":
      return add({ ways: [next], character: piece.test });
    case "place":
      return add({ ways: [next], place: piece.test });
    case "sequence":
      return piece.parts.reduceRight((after, part) => build(part, after, states, budget), next);
    case "choice":
      return add({ ways: piece.parts.map((part) => build(part, next, states, budget)) });
    case "repeat": {
      const { part, least, most } = piece;
      let start = next;
      if (most === Infinity) {
        start = add({ ways: [next] });
        states[start]!.ways.push(build(part, start, states, budget));
      } else {
        for (let count = least; count < most; count++)
          start = add({ ways: [next, build(part, start, states, budget)] });
      }
      for (let count = 0; count < least; count++) start = build(part, start, states, budget);
      return start;
    }
    default:
      throw new Error(`pattern: unknown piece ${String(piece satisfies never)}`);
  }
}

function fits(states: readonly State[], start: number, name: string): boolean {
  let starts: readonly number[] = [start];
  for (let at = 0; ; at++) {
    const reached = reachedFrom(states, starts, name, at);
    if (at === name.length) return reached.has(0);
    starts = [...reached].flatMap((id) => (states[id]!.character?.(name[at]!) ? states[id]!.ways : []));
    if (starts.length === 0) return false;
  }
}

/** The states that are reached without a character. */
function reachedFrom(states: readonly State[], starts: readonly number[], name: string, at: number): Set<number> {
  const reached = new Set(starts);
  // a set is walked in the order of its insertions, those made on the way too
  for (const id of reached) {
    const { ways, character, place } = states[id]!;
    if (character || (place && !place(name, at))) continue;
    for (const way of ways) reached.add(way);
  }
  return reached;
}

class PatternReader {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Piece {
    const whole = this.#alternatives();
    if (this.#at < this.#source.length) throw this.#unread("a ) without its (");
    return whole;
  }

  #alternatives(): Piece {
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  #sequence(): Piece {
    const parts: Piece[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at]!)) parts.push(this.#repeated());
    return { kind: "sequence", parts };
  }

  #repeated(): Piece {
    const part = this.#atom();
    const range = this.#range();
    if (!range) return part;
    // lazy or not, a whole name fits or does not
    this.#take("?");
    if (this.#take("+")) throw this.#unread("a repetition that gives nothing back");
    const [least, most] = range;
    if (least > most) throw this.#unread("a repetition from more to fewer");
    return { kind: "repeat", part, least, most };
  }

  #range(): readonly [number, number] | undefined {
    if (this.#take("*")) return [0, Infinity];
    if (this.#take("+")) return [1, Infinity];
    if (this.#take("?")) return [0, 1];
    const [all, least, comma, most] = /^\{(\d*)(?:(,)(\d*))?\}/.exec(this.#source.slice(this.#at)) ?? [];
    // without a number, Python takes a brace for itself
    if (all === undefined || (!least && !most)) return undefined;
    this.#at += all.length;
    return [Number(least), comma ? Number(most || Infinity) : Number(least)];
  }

  #atom(): Piece {
    const sign = this.#source[this.#at]!;
    if (sign === "(") return this.#group();
    if ("*+?".includes(sign)) throw this.#unread("a repetition of nothing");
    this.#at += 1;
    if (sign === "^") return { kind: "place", test: (_, at) => at === 0 };
    if (sign === "$") return { kind: "place", test: (name, at) => at === name.length };
    if (sign === ".") return { kind: "character", test: (found) => found !== "\n" };
    if (sign === "[") return { kind: "character", test: this.#class() };
    if (sign !== "\\") return { kind: "character", test: (found) => found === sign };
    if (this.#take("b")) return { kind: "place", test: isBoundary };
    if (this.#take("B")) return { kind: "place", test: (name, at) => !isBoundary(name, at) };
    return { kind: "character", test: this.#escaped() };
  }

  #group(): Piece {
    this.#at += 1;
    if (this.#take("?") && !this.#take(":") && !this.#takeName()) {
      throw this.#unread("a group with a question mark other than (?: and (?P<…>");
    }
    this.#depth += 1;
    if (this.#depth > MAX_NESTING) throw this.#unread(`groups ${this.#depth} deep, ${MAX_NESTING} are read,`);
    const inner = this.#alternatives();
    this.#depth -= 1;
    if (!this.#take(")")) throw this.#unread("a ( without its )");
    return inner;
  }

  #takeName(): boolean {
    const named = /^P<\w+>/.exec(this.#source.slice(this.#at));
    this.#at += named?.[0].length ?? 0;
    return named !== null;
  }

  #class(): Test {
    const isNegated = this.#take("^");
    const tests: Test[] = [];
    do {
      const low = this.#source[this.#at++];
      if (low === undefined) throw this.#unread("a [ without its ]");
      if (low === "\\") {
        tests.push(this.#escaped());
        continue;
      }
      const high = this.#source[this.#at + 1];
      if (this.#source[this.#at] === "-" && high !== undefined && high !== "]") {
        this.#at += 2;
        tests.push((found) => found >= low && found <= high);
      } else tests.push((found) => found === low);
    } while (!this.#take("]"));
    return remembered((found) => tests.some((test) => test(found)) !== isNegated);
  }

  #escaped(): Test {
    const sign = this.#source[this.#at++];
    if (sign === undefined) throw this.#unread("a backslash before nothing");
    const known = ESCAPES.get(sign);
    if (known) return (found) => known.test(found);
    if (/[a-zA-Z0-9]/.test(sign)) throw this.#unread(`\\${sign}`);
    return (found) => found === sign;
  }

  #take(sign: string): boolean {
    if (this.#source[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #unread(what: string): Fault {
    return new Fault(
      "bad-config",
      `adapter_config.json: the pattern “${shownName(this.#source)}” has ${what} before character ${this.#at + 1}, which is not read here`,
    );
  }
}

const ESCAPES: ReadonlyMap<string, RegExp> = new Map([
  ["d", /\d/],
  ["D", /\D/],
  ["w", /\w/],
  ["W", /\W/],
  ["s", /\s/],
  ["S", /\S/],
]);

const isWord = (sign: string | undefined) => sign !== undefined && /\w/.test(sign);
const isBoundary = (name: string, at: number) => isWord(name[at - 1]) !== isWord(name[at]);

/** A class can be as long as the pattern, and is asked about the same few characters. */
function remembered(test: Test): Test {
  const known = new Map<string, boolean>();
  return (found) => {
    const before = known.get(found);
    if (before !== undefined) return before;
    const now = test(found);
    known.set(found, now);
    return now;
  };
}
