import type { JobId } from "#protocol/engine.ts";

/** What is running, so that it can be told to stop. */
export class Jobs {
  readonly #running = new Map<JobId, AbortController>();

  async run<T>(job: JobId, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#running.set(job, controller);
    try {
      return await task(controller.signal);
    } finally {
      this.#running.delete(job);
    }
  }

  cancel(job: JobId): void {
    this.#running.get(job)?.abort();
  }
}
