import { availableParallelism } from "node:os";

/** What a machine has left, and what one engine takes of it. */
export interface Room {
  readonly cores: number;
  /** Bytes that a process can still have, within its container's bound. */
  readonly free: number;
  /** Threads that one engine computes on; undefined: it computes on a graphics processor. */
  readonly threads: number | undefined;
  /** Bytes that one engine took. */
  readonly engine: number;
}

/** Of what is free: the rest is the system's, and of what comes meanwhile. */
const SHARE = 0.8;
/** What an engine needs while it runs, beside what it took when it was loaded. */
const RUNNING = 1.5;

export const roomHere = (threads: number | undefined, engine: number): Room => ({
  cores: availableParallelism(),
  free: process.availableMemory(),
  threads,
  engine,
});

/**
 * How many engines work beside each other, the first of which is there: as many as the memory holds, and no more than have cores of their own.
 * A graphics processor's memory is not seen from here, so that one has it.
 */
export function enginesAtOnce({ cores, free, threads, engine }: Room): number {
  if (threads === undefined) return 1;
  const more = Math.floor((SHARE * free) / (RUNNING * engine));
  return Math.max(1, Math.min(Math.floor(cores / threads), 1 + more));
}
