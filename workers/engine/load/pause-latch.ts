import { heldUp } from "#core/sign.ts";

/** A latch that work passes through, so that a person can hold the work up and let it go on. */
export class PauseLatch {
  #opened: PromiseWithResolvers<void> | undefined;

  close(): void {
    this.#opened ??= Promise.withResolvers();
  }

  open(): void {
    this.#opened?.resolve();
    this.#opened = undefined;
  }

  /** Resolves once the latch is open; @throws what `signal` was aborted with, also while it is closed */
  async pass(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#opened) return;
    const aborted = Promise.withResolvers<void>();
    const onAbort = () => aborted.resolve();
    signal.addEventListener("abort", onAbort);
    await heldUp(Promise.race([this.#opened.promise, aborted.promise]));
    signal.removeEventListener("abort", onAbort);
    signal.throwIfAborted();
  }
}
