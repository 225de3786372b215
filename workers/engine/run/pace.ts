/** How long one run may keep the worker from looking at its messages: a stop is felt, and a run is long enough to be worth its start. */
const AIM_MS = 500;

/** Products in a millisecond on one slow core, to begin with. */
const FIRST_PACE = 2e5;

/** Shorter runs say more of their start than of their pace. */
const TELLING_MS = 5;

/** Products in one run where no clock decides: a second's on two cores, and what it takes of memory stays small. */
const FIXED_WORK = 2e10;

/** How runs are cut: by the pace of the last ones, or into pieces of as much work whatever the machine. */
export type Cut = "by time" | "by work";

/**
 * How much work is done in half a second, by what the last runs took. Work is counted in products of two numbers. Cut by work no time is
 * looked at: the same question is then cut the same way on every machine, and gives the same bits on one of the same kind.
 */
export class Pace {
  #perMs = FIRST_PACE;
  readonly #cut: Cut;

  constructor(cut: Cut = "by time") {
    this.#cut = cut;
  }

  /** How many pieces of that much work each are run at once: at least 1. */
  piecesAtOnce(workEach: number): number {
    const work = this.#cut === "by work" ? FIXED_WORK : AIM_MS * this.#perMs;
    return Math.max(1, Math.floor(work / Math.max(1, workEach)));
  }

  /** How long that much work takes, milliseconds. */
  msOf(work: number): number {
    return work / this.#perMs;
  }

  /** Half of the news is believed at once: a machine that is busy for a moment is no slow machine. */
  measured(work: number, ms: number): void {
    if (ms >= TELLING_MS) this.#perMs = (this.#perMs + work / ms) / 2;
    // a run too short to time is no slower than that
    else this.#perMs = Math.max(this.#perMs, work / TELLING_MS);
  }
}
