import type { LoadProgress } from "#protocol/engine.ts";

/** A pace is taken over this long: what came before may have been another line, or a pause. */
const WINDOW_MS = 15_000;

interface Mark {
  readonly at: number;
  readonly done: number;
}

/** How fast a load goes and how long the rest takes, by the last seconds of the stage that it is in. */
export class LoadPace {
  #stage: LoadProgress["stage"] | undefined;
  #marks: Mark[] = [];

  /** @param now on the clock of `performance.now()` */
  after(
    { stage, done, total }: LoadProgress,
    now = performance.now(),
  ): { readonly leftMs: number | undefined; readonly bytesPerSecond: number | undefined } {
    if (stage !== this.#stage) this.#marks = [];
    this.#stage = stage;
    this.#marks.push({ at: now, done });
    // the newest mark before the window stays: the pace is taken from there
    while (this.#marks.length > 2 && this.#marks[1]!.at < now - WINDOW_MS) this.#marks.shift();
    const [first] = this.#marks;
    const perMs = (done - first!.done) / (now - first!.at);
    if (!(perMs > 0) || !Number.isFinite(perMs)) return { leftMs: undefined, bytesPerSecond: undefined };
    return {
      leftMs: Math.max(0, total - done) / perMs,
      bytesPerSecond: stage === "fetching" ? 1000 * perMs : undefined,
    };
  }

  /** What was measured before a pause says nothing of the time after it. */
  forget(): void {
    this.#marks = [];
  }
}
