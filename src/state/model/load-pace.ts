import type { LoadProgress } from "#protocol/engine.ts";

/** A pace is taken over this long: what came before may have been another line. */
const WINDOW_MS = 20_000;
/** Before that a pace says more of the first packets than of the line. */
const SETTLE_MS = 2_000;
/** Without a byte for this long, a download is said to stand still. */
const SILENT_MS = 5_000;
/** Less is no pace but a few lost bytes. */
const SLOWEST_PER_SECOND = 1;
/** How often a pace is looked at where nothing is told: a line that stands still sends no word of it. */
export const LOOK_MS = 1_000;
/** How finely the window is looked at. */
const SAMPLES = 40;

interface Mark {
  readonly at: number;
  readonly done: number;
}

/** How fast a load goes, as far as the last seconds tell. */
export interface LoadSpeed {
  /** Milliseconds; undefined where there is no pace, or no total, to go by. */
  readonly leftMs: number | undefined;
  /** Of bytes that come from elsewhere. */
  readonly bytesPerSecond: number | undefined;
  /** How long nothing has come of a download, once that is long; the pace before says nothing then. */
  readonly silentMs: number | undefined;
}

export const NO_PACE: LoadSpeed = { leftMs: undefined, bytesPerSecond: undefined, silentMs: undefined };

/** The pace of the stage that a load is in. Times are on the clock of `performance.now()`. */
export class LoadPace {
  #progress: LoadProgress | undefined;
  #marks: Mark[] = [];

  after(progress: LoadProgress, now = performance.now()): LoadSpeed {
    if (progress.stage !== this.#progress?.stage) this.#marks = [];
    const last = this.#marks.at(-1);
    this.#progress = progress;
    if (last === undefined || progress.done > last.done) this.#marks.push({ at: now, done: progress.done });
    return this.at(now);
  }

  /** As time goes by without a word. */
  at(now = performance.now()): LoadSpeed {
    // the newest mark before the window stays: it says where the window begins
    while (this.#marks.length > 1 && this.#marks[1]!.at <= now - WINDOW_MS) this.#marks.shift();
    const [first] = this.#marks;
    const last = this.#marks.at(-1);
    if (!this.#progress || !first || !last) return NO_PACE;
    const { stage, total } = this.#progress;
    const isDownload = stage === "fetching" || stage === "reading";
    const silentMs = now - last.at;
    if (isDownload && silentMs >= SILENT_MS) return { ...NO_PACE, silentMs };
    const start = Math.max(first.at, now - WINDOW_MS);
    if (last === first || now - start < SETTLE_MS) return NO_PACE;
    const perMs = slope(this.#marks, start, now);
    if (!(perMs > 0) || (isDownload && 1000 * perMs < SLOWEST_PER_SECOND)) return NO_PACE;
    return {
      leftMs: total > last.done ? (total - last.done) / perMs : undefined,
      bytesPerSecond: isDownload ? 1000 * perMs : undefined,
      silentMs: undefined,
    };
  }

  /** What was measured before a pause says nothing of the time after it. */
  forget(): void {
    this.#marks = [];
  }
}

/**
 * The slope of the line that lies nearest to what was done, moment by moment (least squares): a burst at either end of the window moves it
 * far less than it moves what came between the ends.
 */
function slope(marks: readonly Mark[], start: number, end: number): number {
  const step = (end - start) / SAMPLES;
  let next = 0;
  let products = 0;
  let squares = 0;
  for (let sample = 0; sample <= SAMPLES; sample++) {
    const at = start + sample * step;
    while (next < marks.length && marks[next]!.at <= at) next += 1;
    const fromMiddle = sample - SAMPLES / 2;
    products += fromMiddle * marks[Math.max(0, next - 1)]!.done;
    squares += fromMiddle ** 2;
  }
  return products / squares / step;
}
