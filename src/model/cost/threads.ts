/** More cores than any laptop's fast ones; beyond them a small model's products are too short to be shared. */
const MAX_THREADS = 8;

/**
 * How many threads WASM computes on. Browsers count hyperthreads and slow cores, of which two share what one of them has: half
 * of what they count is what there is to compute with, and what is left keeps the page quick. On two cores both are taken: the
 * runtime's own choice there is one, which takes 1.7 times as long (docs/performance.md).
 *
 * @param cores `navigator.hardwareConcurrency`; a browser that does not say is taken to have one
 * @param isIsolated `crossOriginIsolated`; without it there is no shared memory, and so one thread
 * @param asked what a person asked for in the page's address
 */
export function wasmThreads(cores: number | undefined, isIsolated: boolean, asked?: number): number {
  if (!isIsolated) return 1;
  if (asked !== undefined) return asked;
  if (cores === undefined) return 1;
  return Math.min(MAX_THREADS, Math.max(Math.ceil(cores / 2), Math.min(cores, 2)));
}
