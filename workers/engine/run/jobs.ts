import type { JobId } from "#protocol/engine.ts";

/** The jobs that run, so that each can be told to stop and work that can wait knows when to. */
export class Jobs {
  readonly #running = new Map<JobId, AbortController>();
  /** Calls that somebody waits for, as opposed to work in the background. */
  #foreground = 0;
  #waiting: (() => void)[] = [];

  async run<T>(job: JobId, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#foreground += 1;
    try {
      return await this.runInBackground(job, task);
    } finally {
      this.#foreground -= 1;
      if (this.#foreground === 0) for (const go of this.#waiting.splice(0)) go();
    }
  }

  /** As `run`, for a task that waits for `quiet` before each of its steps. */
  async runInBackground<T>(job: JobId, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#running.set(job, controller);
    try {
      return await task(controller.signal);
    } finally {
      this.#running.delete(job);
    }
  }

  /** Settles when no call is running but those in the background, or with the signal. */
  async quiet(signal: AbortSignal): Promise<void> {
    while (this.#foreground > 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  cancel(job: JobId): void {
    this.#running.get(job)?.abort();
  }
}
