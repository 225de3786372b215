/** More than any machine that opens a page has cores for; each takes memory of its own. */
const MAX_THREADS = 64;

/**
 * How many threads the page's address asks WASM to compute on: `?threads=4`.
 *
 * @returns undefined where it asks for nothing; a sentence for what is no such number
 */
export function askedThreads(search: string): number | string | undefined {
  const asked = new URLSearchParams(search).get("threads");
  if (asked === null) return undefined;
  const threads = /^\d{1,3}$/.test(asked) ? Number(asked) : 0;
  return threads >= 1 && threads <= MAX_THREADS
    ? threads
    : `The address asks for “${asked.slice(0, 40)}” threads; it needs to be a whole number from 1 to ${MAX_THREADS}.`;
}
