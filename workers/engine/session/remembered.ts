/** Tells how far a value is, as whoever finds it counts. */
type Report = (done: number) => void;

/** One caller who waits for the value. */
interface Waiting {
  readonly signal?: AbortSignal | undefined;
  readonly onReport?: Report | undefined;
}

/** An answer that is being found or is known, and those who wait for it. */
interface Shared<T> {
  readonly answer: Promise<T>;
  readonly stop: AbortController;
  /** Those who wait and want to hear how far it is. */
  readonly listeners: Set<Report>;
  waiting: number;
  isSettled: boolean;
}

/**
 * The last answers by what was asked, so that a click on the same thing does not compute it again; two who ask at once share one. What
 * fails is forgotten. An answer is given up when everybody who waits for it has left, and not before.
 */
export class Remembered<T> {
  readonly #most: number;
  readonly #known = new Map<string, Shared<T>>();

  /** @param most how many are kept: those used last */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * @param start finds the answer, and tells how far it is; given a signal that is aborted once nobody waits any more
   * @throws what `signal` was aborted with
   */
  async get(
    key: string,
    start: (signal: AbortSignal, tell: Report) => Promise<T>,
    { signal, onReport }: Waiting = {},
  ): Promise<T> {
    signal?.throwIfAborted();
    const known = this.#known.get(key);
    // the most recently used stands last
    this.#known.delete(key);
    const shared = known ?? this.#started(key, start);
    this.#known.set(key, shared);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#most) this.#known.delete(oldest!);
    if (onReport) shared.listeners.add(onReport);
    try {
      return await (signal ? this.#awaited(key, shared, signal) : this.#kept(shared));
    } finally {
      if (onReport) shared.listeners.delete(onReport);
    }
  }

  /** For one who does not leave. */
  #kept(shared: Shared<T>): Promise<T> {
    shared.waiting += 1;
    return shared.answer;
  }

  async #awaited(key: string, shared: Shared<T>, signal: AbortSignal): Promise<T> {
    const left = Promise.withResolvers<never>();
    const leave = () => left.reject(signal.reason as Error);
    signal.addEventListener("abort", leave);
    shared.waiting += 1;
    try {
      return await Promise.race([shared.answer, left.promise]);
    } finally {
      signal.removeEventListener("abort", leave);
      shared.waiting -= 1;
      if (shared.waiting === 0 && !shared.isSettled) {
        this.#forget(key, shared);
        shared.stop.abort(signal.reason);
      }
    }
  }

  #started(key: string, start: (signal: AbortSignal, tell: Report) => Promise<T>): Shared<T> {
    const stop = new AbortController();
    const listeners = new Set<Report>();
    const answer = start(stop.signal, (done) => listeners.forEach((listener) => listener(done)));
    const shared: Shared<T> = { answer, stop, listeners, waiting: 0, isSettled: false };
    const settled = () => (shared.isSettled = true);
    shared.answer.then(settled, () => {
      settled();
      this.#forget(key, shared);
    });
    return shared;
  }

  /** By then it may have been pushed out and asked for again. */
  #forget(key: string, shared: Shared<T>): void {
    if (this.#known.get(key) === shared) this.#known.delete(key);
  }
}
