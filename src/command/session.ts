import type { ProgressLine, Streams } from "./printing.ts";

export interface Environment {
  readonly [name: string]: string | undefined;
}

/** What a command is run with: a process has it of its own, a test gives it. */
export interface Session {
  readonly env: Environment;
  readonly streams: Streams;
  readonly progress: ProgressLine;
  /** Aborted by Ctrl-C and by whoever ends the process. */
  readonly signal: AbortSignal;
  /** The lines of stdin. */
  readonly lines: () => AsyncIterable<string>;
}
