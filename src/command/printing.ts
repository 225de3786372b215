import type { Writable } from "node:stream";
import { isRecord } from "#core/record.ts";

/** Where a command writes: what it found to one, what it does to the other. */
export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean | undefined };
}

/** Waits until a stream has nothing left of what was written to it. `writableNeedDrain` would tell of whole buffers only. */
export const handedOn = (stream: Writable): Promise<void> =>
  new Promise((resolve) => stream.write("", () => resolve()));

/** Tells what a command does. A passing word may be left out, a lasting one stands in a line of its own. */
export type Say = (text: string, kind: "passing" | "lasting") => void;

/** Between two lines of progress where nobody watches. */
const LINE_MS = 5_000;
const WATCHED_MS = 100;

/** How far a command is, on stderr: one line that changes on a terminal, a line now and then in a log. */
export class ProgressLine {
  readonly #err: Streams["err"];
  readonly #isQuiet: boolean;
  #told = -Infinity;
  #isOpen = false;
  readonly #warned = new Set<string>();

  constructor({ err }: Streams, isQuiet: boolean) {
    this.#err = err;
    this.#isQuiet = isQuiet;
  }

  /** @param report of a call: a load's stage, or what is done of how much */
  readonly tell = (report: unknown): void => {
    if (!isRecord(report)) return;
    const { stage, part, done, total } = report;
    const of = typeof total === "number" && total > 0 ? ` ${Math.floor((100 * Number(done)) / total)} %` : "";
    const what = [stage, part].filter((each) => typeof each === "string").join(": ");
    this.say(`${what}${of}`.trim(), "passing");
  };

  readonly say: Say = (text, kind) => {
    if (this.#isQuiet || text === "") return;
    const now = performance.now();
    const isWatched = this.#err.isTTY === true;
    if (kind === "passing" && now - this.#told < (isWatched ? WATCHED_MS : LINE_MS)) return;
    this.#told = now;
    if (kind === "passing" && isWatched) {
      this.#err.write(`\r\u001B[2K${text}`);
      this.#isOpen = true;
    } else {
      this.end();
      this.#err.write(`${text}\n`);
    }
  };

  /** What is no progress, and is told whoever wants quiet; of several engines once. */
  warn(text: string): void {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    this.end();
    this.#err.write(`arithmoscope: ${text}\n`);
  }

  /** What was passing is taken away. */
  end(): void {
    if (this.#isOpen) this.#err.write("\r\u001B[2K");
    this.#isOpen = false;
  }
}

/** JSON has no NaN and writes null for it, as saved results do; numbers in typed arrays are a list. */
export const json = (value: unknown, indent?: number): string =>
  `${JSON.stringify(value, (_, each: unknown) => (ArrayBuffer.isView(each) ? Array.from(each as Float32Array) : each), indent)}\n`;
