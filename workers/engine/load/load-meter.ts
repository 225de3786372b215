import type { LoadProgress } from "#protocol/engine.ts";

/** Pieces of an answer come by the thousand; a person follows a few a second. */
const TELL_EVERY_MS = 200;

/** Bytes as they come from a source, told to whoever follows the load at the moment. */
export class Arrivals {
  /** All that came so far. */
  bytes = 0;
  listener: (bytes: number) => void = () => undefined;

  add(bytes: number): void {
    this.bytes += bytes;
    this.listener(bytes);
  }
}

/** A function that tells at most a few times a second, by the clock of `performance.now()`. */
export function seldom(tell: () => void): () => void {
  let told = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - told < TELL_EVERY_MS) return;
    told = now;
    tell();
  };
}

export interface LoadAmounts {
  /** Of the checkpoint, and of it what is not stored yet. */
  readonly fetchBytes: number;
  readonly missingBytes: number;
  /** Of the weights as they run. */
  readonly prepareBytes: number;
}

/**
 * One line of progress for the whole: the checkpoint's bytes while any are missing, then those that are set up. A step has millions of bytes,
 * which take an hour on a slow line, so that what came of the steps under way counts too: never more of them than they read, because what a
 * broken connection had brought may come again.
 */
export class LoadMeter {
  readonly #report: (progress: LoadProgress) => void;
  readonly #amounts: LoadAmounts;
  readonly #tellSeldom = seldom(() => this.#tell());
  #fetched: number;
  #underWay = 0;
  #arrived = 0;
  #prepared = 0;
  #part = "";

  constructor(report: (progress: LoadProgress) => void, amounts: LoadAmounts) {
    this.#report = report;
    this.#amounts = amounts;
    this.#fetched = amounts.fetchBytes - amounts.missingBytes;
  }

  /** A step begins to be read. */
  started(bytes: number): void {
    this.#underWay += bytes;
  }

  /** Some bytes came, of whichever step. */
  arrived(bytes: number): void {
    this.#arrived = Math.min(this.#underWay, this.#arrived + bytes);
    this.#tellSeldom();
  }

  /** A step is done, and safe. */
  filled(bytes: number): void {
    this.#underWay -= bytes;
    this.#arrived = Math.min(this.#underWay, Math.max(0, this.#arrived - bytes));
    this.#fetched += bytes;
    this.#tell();
  }

  next(part: string): void {
    this.#part = part;
    this.#tell();
  }

  prepared(bytes: number): void {
    this.#prepared += bytes;
    this.#tell();
  }

  #tell(): void {
    const part = this.#part;
    const { fetchBytes: total, prepareBytes } = this.#amounts;
    this.#report(
      this.#fetched < total
        ? { stage: "fetching", done: this.#fetched + this.#arrived, total, part }
        : { stage: "preparing", done: this.#prepared, total: prepareBytes, part },
    );
  }
}
