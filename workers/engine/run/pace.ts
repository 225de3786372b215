/** How long one run may keep the worker from looking at its messages: a stop is felt, and a run is long enough to be worth its start. */
const AIM_MS = 500;

/** Products in a millisecond on one slow core, to begin with. */
const FIRST_PACE = 2e5;

/** Shorter runs say more of the clock than of their pace. */
const TELLING_MS = 5;

/** Products in one run where no clock decides: a second's on two cores, and what it takes of memory stays small. */
const FIXED_WORK = 2e10;

/** Two runs tell a start from a pace where one is so many times as much work as the other. */
const APART = 1.5;

/**
 * A run whose start is not told apart yet is tried with so many times the last one's work; one whose start is known has at most so many times the
 * most work that was seen: what is foretold far beyond that is a guess.
 */
const GROWTH = 2;

/** The least part of a run's time that is said to grow with its work; no machine does more work in no more time. */
const LEAST_GROWING = 0.02;

/** How runs are cut: by the pace of the last ones, or into pieces of as much work whatever the machine. */
export type Cutting = "by time" | "by work";

interface Measured {
  readonly work: number;
  readonly ms: number;
}

/**
 * How much work is done in one run, by what the last runs took:
 *
 *     ms = start + work · msEach
 *
 * Work is counted in products of two numbers. The start is what a run takes whatever its rows, on WASM the expanding of quantised weights: no
 * cutting makes it shorter, and every further run pays it again. So a run is as long as half a second allows, or, where its start alone
 * takes most of that, so long that the start is half of it. Runs of different work tell start and pace apart; until there were such, a run of
 * twice the work is tried. Cut by work no time is looked at: the same question is then cut the same way on every machine, and gives the same
 * bits on one of the same kind.
 */
export class Pace {
  #startMs = 0;
  #msEach = 1 / FIRST_PACE;
  #isStartKnown = false;
  #last: Measured | undefined;
  #mostWork = 0;
  readonly #cut: Cutting;

  constructor(cut: Cutting = "by time") {
    this.#cut = cut;
  }

  /** How many pieces of that much work each are run at once: at least 1. */
  piecesAtOnce(workEach: number): number {
    return Math.max(1, Math.floor(this.#workAtOnce(workEach) / Math.max(1, workEach)));
  }

  /** How long that much work takes, milliseconds. */
  msOf(work: number): number {
    return this.#startMs + work * this.#msEach;
  }

  /** Half of the news is believed at once: a machine that is busy for a moment is no slow machine. */
  measured(work: number, ms: number): void {
    if (ms < TELLING_MS) {
      // a run too short to time is no slower than that
      this.#startMs = Math.min(this.#startMs, TELLING_MS);
      this.#msEach = Math.min(this.#msEach, TELLING_MS / work);
      return;
    }
    const [less, more] = [{ work, ms }, this.#last ?? { work, ms }].toSorted((a, b) => a.work - b.work) as [
      Measured,
      Measured,
    ];
    if (more.work >= APART * less.work) {
      const growing = Math.max((more.ms - less.ms) / (more.work - less.work), (LEAST_GROWING * more.ms) / more.work);
      const msEach = Math.min(growing, less.ms / less.work, more.ms / more.work);
      const startMs = ms - work * msEach;
      this.#msEach = this.#isStartKnown ? (this.#msEach + msEach) / 2 : msEach;
      this.#startMs = this.#isStartKnown ? (this.#startMs + startMs) / 2 : startMs;
      this.#isStartKnown = true;
    } else {
      // two runs alike do not tell which part has changed
      const slower = (1 + ms / this.msOf(work)) / 2;
      this.#startMs *= slower;
      this.#msEach *= slower;
    }
    this.#last = { work, ms };
    this.#mostWork = Math.max(this.#mostWork, work);
  }

  #workAtOnce(workEach: number): number {
    if (this.#cut === "by work") return FIXED_WORK;
    const work = Math.max(AIM_MS - this.#startMs, this.#startMs) / this.#msEach;
    if (!this.#last) return work;
    if (this.#isStartKnown) return Math.min(work, GROWTH * this.#mostWork);
    const isShort = this.#last.ms < APART * AIM_MS || this.#last.work < GROWTH * workEach;
    return isShort ? Math.max(work, GROWTH * this.#last.work) : work;
  }
}
