/**
 * The last answers by what was asked, so that a click on the same thing does not compute it again; two who ask at once share one. What
 * fails is forgotten. Nothing here is cancelled with the job that asked first: others may be waiting for it.
 */
export class Remembered<T> {
  readonly #most: number;
  readonly #known = new Map<string, Promise<T>>();

  /** @param most how many are kept: those used last */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, start: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key);
    // the most recently used stands last
    this.#known.delete(key);
    const answer = known ?? this.#started(key, start);
    this.#known.set(key, answer);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#most) this.#known.delete(oldest!);
    return answer;
  }

  #started(key: string, start: () => Promise<T>): Promise<T> {
    const answer = start();
    answer.catch(() => {
      // by then it may have been pushed out and asked for again
      if (this.#known.get(key) === answer) this.#known.delete(key);
    });
    return answer;
  }
}
