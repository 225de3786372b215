import { Worker as Thread } from "node:worker_threads";

/** A thread of Node with the face of a browser's worker, which is what the client speaks to. */
class ThreadWorker extends EventTarget {
  readonly #thread: Thread;
  #isEnded = false;

  constructor(thread: Thread) {
    super();
    this.#thread = thread;
    thread.on("message", (data: unknown) => this.dispatchEvent(new MessageEvent("message", { data })));
    thread.on("error", (reason: Error) => this.#fail(reason.message));
    thread.on("exit", (code) => this.#fail(`it ended with code ${code}`));
  }

  postMessage(message: unknown, transfer: readonly Transferable[] = []): void {
    this.#thread.postMessage(message, transfer as never[]);
  }

  terminate(): void {
    this.#isEnded = true;
    void this.#thread.terminate();
  }

  #fail(message: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.dispatchEvent(Object.assign(new Event("error"), { message }));
  }
}

export const threadWorker = (file: URL, workerData?: unknown): Worker =>
  new ThreadWorker(new Thread(file, { workerData })) as unknown as Worker;
