/**
 * Milliseconds that the rest takes at the pace so far.
 *
 * @param startedAt on the clock of `performance.now()`
 * @returns milliseconds; undefined while there is no pace to go by
 */
export function timeLeft(startedAt: number, done: number, total: number, now = performance.now()): number | undefined {
  return done > 0 && total > 0 ? ((now - startedAt) * Math.max(0, total - done)) / done : undefined;
}
