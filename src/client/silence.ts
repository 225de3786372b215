/**
 * Silence after which a person is offered another worker, where this one is asked for something. A worker gives a sign after every run,
 * read and arrival of bytes. On WASM a run is cut to half a second by the measured pace; a minute is for a machine a hundred times
 * slower than its last run was, as one that swaps.
 */
const WORKING_MS = 60_000;

/**
 * Silence after which a worker counts as stuck where one step may honestly take minutes: the runtime itself arrives, a part of billions of
 * weights becomes a session, a graphics processor compiles its shaders for a shape it has not seen or works through a batch that nothing
 * cuts.
 */
const STARTING_MS = 180_000;

/** Time is counted by these: a page that slept or was held back counts what it was awake, and the worker slept as well. */
const TICK_MS = 1_000;

/** Follows whether a worker that is waited for gives signs. */
export class Silence {
  readonly #tell: (ms: number | undefined) => void;
  /** Whether what is waited for may take its time. */
  readonly #isStarting: () => boolean;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ms = 0;
  #isTold = false;

  /** @param tell told how long it has been silent, once that is too long, and undefined when it is not any more */
  constructor(isStarting: () => boolean, tell: (ms: number | undefined) => void) {
    this.#isStarting = isStarting;
    this.#tell = tell;
  }

  /** Something is waited for. What was waited for before keeps its time: to ask more does not make the worker livelier. */
  begin(): void {
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
  }

  /** Nothing is waited for. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.sign();
  }

  sign(): void {
    this.#ms = 0;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#tell(undefined);
  }

  #tick(): void {
    this.#ms += TICK_MS;
    const limit = this.#isStarting() ? STARTING_MS : WORKING_MS;
    if (this.#isTold || this.#ms < limit) return;
    this.#isTold = true;
    this.#tell(limit);
  }
}
