/** Both ends of a list of numbers: `top` largest first, `bottom` smallest first; equal values in index order. */
export interface Extremes {
  readonly top: Uint32Array;
  readonly bottom: Uint32Array;
}

/**
 * The `count` largest and smallest of many values (fewer where there are fewer) in one pass: nearly every value is told
 * apart from the ends by two comparisons.
 *
 * @param values without NaN
 */
export function extremes(values: Float32Array, count: number): Extremes {
  const size = Math.min(count, values.length);
  const top = new Uint32Array(size);
  const bottom = new Uint32Array(size);
  if (size === 0) return { top, bottom };
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    const held = Math.min(index, size);
    if (held < size || value > values[top[size - 1]!]!) {
      let at = Math.min(held, size - 1);
      while (at > 0 && values[top[at - 1]!]! < value) top[at] = top[--at]!;
      top[at] = index;
    }
    if (held < size || value < values[bottom[size - 1]!]!) {
      let at = Math.min(held, size - 1);
      while (at > 0 && values[bottom[at - 1]!]! > value) bottom[at] = bottom[--at]!;
      bottom[at] = index;
    }
  }
  return { top, bottom };
}
