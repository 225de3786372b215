import { Fault } from "#core/fault.ts";

/** Longer than any list of layers that somebody wrote by hand. */
const MAX_PATTERN_CHARACTERS = 2_000;
/** A module's name has some 60 characters; a counted repetition beyond that matches nothing. */
const MAX_REPEATS = 200;
/** Far above what a pattern of that length needs on such a name. */
const MAX_STEPS = 1_000_000;

/** Whether a module's whole name fits. */
export type ModulePattern = (name: string) => boolean;

/** From the places in a name that are reached to those that are reached after it. */
type Matcher = (from: ReadonlySet<number>, name: string, budget: Budget) => ReadonlySet<number>;

interface Budget {
  steps: number;
}

/**
 * Python's regular expressions as PEFT's configs have them, for a whole name: characters, `.`, classes, groups,
 * alternatives, `*`, `+`, `?`, `{m,n}` of one character, `^`, `$`. A pattern from a stranger's file must not be able to hang
 * the page, so this keeps the set of places reached instead of trying one way after the other.
 *
 * @throws Fault "bad-config" for what it does not read, with the place
 */
export function modulePattern(source: string): ModulePattern {
  if (source.length > MAX_PATTERN_CHARACTERS) {
    throw new Fault(
      "bad-config",
      `adapter_config.json: a pattern has ${source.length} characters; at most ${MAX_PATTERN_CHARACTERS} are read`,
    );
  }
  const matcher = new PatternReader(source).read();
  return (name) => matcher(new Set([0]), name, { steps: 0 }).has(name.length);
}

class PatternReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Matcher {
    const whole = this.#alternatives();
    if (this.#at < this.#source.length) throw this.#unread("a ) without its (");
    return whole;
  }

  #alternatives(): Matcher {
    const ways = [this.#sequence()];
    while (this.#take("|")) ways.push(this.#sequence());
    if (ways.length === 1) return ways[0]!;
    return (from, name, budget) => new Set(ways.flatMap((way) => [...way(from, name, budget)]));
  }

  #sequence(): Matcher {
    const parts: Matcher[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at]!)) parts.push(this.#repeated());
    return (from, name, budget) => {
      let reached = from;
      for (const part of parts) {
        if (reached.size === 0) break;
        spend(budget, reached.size);
        reached = part(reached, name, budget);
      }
      return reached;
    };
  }

  #repeated(): Matcher {
    const { matcher, isCharacter } = this.#atom();
    const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#source.slice(this.#at));
    let repeated = matcher;
    if (this.#take("*")) repeated = star(matcher);
    else if (this.#take("+")) repeated = chain(matcher, star(matcher));
    else if (this.#take("?")) repeated = optional(matcher);
    else if (counted) {
      if (!isCharacter) throw this.#unread("a counted repetition of a group");
      this.#at += counted[0].length;
      repeated = times(matcher, Number(counted[1]), counted[2] ? Number(counted[3] || Infinity) : Number(counted[1]));
    }
    // lazy or not, a whole name fits or does not
    this.#take("?");
    return repeated;
  }

  #atom(): { readonly matcher: Matcher; readonly isCharacter: boolean } {
    const sign = this.#source[this.#at]!;
    if (sign === "(") return { matcher: this.#group(), isCharacter: false };
    if ("*+?{".includes(sign)) throw this.#unread("a repetition of nothing");
    this.#at += 1;
    if (sign === "^") return { matcher: (from) => kept(from, (place) => place === 0), isCharacter: false };
    if (sign === "$")
      return { matcher: (from, { length }) => kept(from, (place) => place === length), isCharacter: false };
    if (sign === ".") return character(() => true);
    if (sign === "[") return character(this.#class());
    return character(sign === "\\" ? this.#escaped() : (found) => found === sign);
  }

  #group(): Matcher {
    this.#at += 1;
    if (this.#take("?") && !this.#take(":")) throw this.#unread("a group with a question mark other than (?:");
    const inner = this.#alternatives();
    if (!this.#take(")")) throw this.#unread("a ( without its )");
    return inner;
  }

  #class(): (found: string) => boolean {
    const isNegated = this.#take("^");
    const tests: ((found: string) => boolean)[] = [];
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
    return (found) => tests.some((test) => test(found)) !== isNegated;
  }

  #escaped(): (found: string) => boolean {
    const sign = this.#source[this.#at++];
    if (sign === undefined) throw this.#unread("a backslash before nothing");
    if (sign === "d") return (found) => /\d/.test(found);
    if (sign === "w") return (found) => /\w/.test(found);
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
      `adapter_config.json: the pattern “${this.#source}” has ${what} before character ${this.#at + 1}, which is not read here`,
    );
  }
}

const kept = (from: ReadonlySet<number>, test: (place: number) => boolean) => new Set([...from].filter(test));

const character = (test: (found: string) => boolean) => ({
  isCharacter: true,
  matcher: (from: ReadonlySet<number>, name: string) =>
    new Set([...from].filter((place) => place < name.length && test(name[place]!)).map((place) => place + 1)),
});

const chain =
  (first: Matcher, second: Matcher): Matcher =>
  (from, name, budget) =>
    second(first(from, name, budget), name, budget);

const optional =
  (matcher: Matcher): Matcher =>
  (from, name, budget) =>
    new Set([...from, ...matcher(from, name, budget)]);

/** Each place goes through the repeated part once. */
const star =
  (matcher: Matcher): Matcher =>
  (from, name, budget) => {
    const reached = new Set(from);
    let fresh = from;
    while (fresh.size > 0) {
      spend(budget, fresh.size);
      fresh = kept(matcher(fresh, name, budget), (place) => !reached.has(place));
      for (const place of fresh) reached.add(place);
    }
    return reached;
  };

const times =
  (matcher: Matcher, least: number, most: number): Matcher =>
  (from, name, budget) => {
    let reached = from;
    const found = new Set<number>(least === 0 ? from : []);
    for (let count = 1; count <= Math.min(most, MAX_REPEATS) && reached.size > 0; count++) {
      spend(budget, reached.size);
      reached = matcher(reached, name, budget);
      if (count >= least) for (const place of reached) found.add(place);
    }
    return found;
  };

function spend(budget: Budget, steps: number): void {
  budget.steps += steps;
  if (budget.steps > MAX_STEPS) {
    throw new Fault("bad-config", "adapter_config.json: a pattern takes too long to try; a simpler one is needed");
  }
}
