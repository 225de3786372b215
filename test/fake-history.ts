/** A browser's history of one page, as `location`, `history` and the event that a step through it fires. */
export class FakeHistory {
  readonly #entries: string[];
  #index = 0;
  readonly #listeners = new Set<() => void>();

  constructor(hash = "") {
    this.#entries = [hash];
  }

  get length() {
    return this.#entries.length;
  }

  get index() {
    return this.#index;
  }

  /** What the page sees, to be stubbed in. */
  globals() {
    const hash = () => this.#entries[this.#index]!;
    return {
      location: {
        get hash() {
          return hash();
        },
      },
      history: {
        state: null,
        pushState: (_state: unknown, _title: string, url: string) => {
          this.#entries.splice(this.#index + 1, Infinity, url);
          this.#index += 1;
        },
        replaceState: (_state: unknown, _title: string, url: string) => {
          this.#entries[this.#index] = url;
        },
      },
      addEventListener: (_type: string, listener: () => void) => this.#listeners.add(listener),
      removeEventListener: (_type: string, listener: () => void) => this.#listeners.delete(listener),
    };
  }

  /** A link within the page is followed. @returns fires the event, which a browser does a moment later */
  follow(hash: string): () => void {
    this.#entries.splice(this.#index + 1, Infinity, hash);
    this.#index += 1;
    return () => {
      for (const listener of this.#listeners) listener();
    };
  }

  /** Back or Forward; does nothing at either end, as a browser's buttons. */
  go(steps: -1 | 1): void {
    const next = this.#index + steps;
    if (next < 0 || next >= this.#entries.length) return;
    this.#index = next;
    for (const listener of this.#listeners) listener();
  }
}
