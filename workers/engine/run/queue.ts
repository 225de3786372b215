import { breathe, breatheNow } from "#core/breath.ts";

/** Milliseconds from which on it is worth a look whether a shorter task has come. */
const LONG_MS = 50;

interface Waiting {
  readonly ms: number;
  /** When it would be done had it begun when it came. */
  readonly due: number;
  readonly run: () => Promise<void>;
}

/**
 * One task at a time, first what would be done first had each begun when it came: a task goes before a longer one that waits, and waits
 * for shorter ones no longer than it takes itself. onnxruntime's WebGPU backend allows one creation, run, read
 * or release at once in the whole module and does not guard itself; a failed task must not fail those behind it.
 *
 * The many short runs of one call so wait together for the piece in hand of another's long ones, and not each of them for one more. Between two tasks the worker's messages are let in.
 */
export class Queue {
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  /** @param ms how long it will take, as far as that is known */
  add<T>(task: () => Promise<T>, ms = 0): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = async () => {
      try {
        resolve(await task());
      } catch (reason) {
        reject(reason);
      }
    };
    this.#waiting.push({ ms, due: performance.now() + ms, run });
    if (!this.#isRunning) void this.#runAll();
    return promise;
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    // whoever adds several at once has added them
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      // who was given something goes on with it before a long task begins, and may ask for something short
      if (this.#next().ms >= LONG_MS) await breatheNow();
      const next = this.#next();
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      await next.run();
      await breathe();
    }
    this.#isRunning = false;
  }

  #next(): Waiting {
    return this.#waiting.reduce((first, each) => (each.due < first.due ? each : first));
  }
}
