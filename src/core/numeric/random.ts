/**
 * A seeded stream of numbers in [0, 1), the same everywhere, so that a random control can be drawn again.
 *
 * @see Tommy Ettinger's mulberry32: 32 bits of state, passes gjrand
 */
export function randomStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` different ones of `pool`, each subset as likely as any other; the pool stays as it is. */
export function sample<T>(pool: readonly T[], count: number, random: () => number): T[] {
  if (count > pool.length) throw new RangeError(`sample: ${count} of ${pool.length}`);
  const left = [...pool];
  for (let at = 0; at < count; at++) {
    const other = at + Math.floor(random() * (left.length - at));
    [left[at], left[other]] = [left[other]!, left[at]!];
  }
  return left.slice(0, count);
}
