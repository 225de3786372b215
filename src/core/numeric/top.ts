/**
 * Indices of the `count` largest values, largest first; equal values in index order, so that a list never depends on
 * how it was sorted. NaN counts as smaller than everything.
 */
export function topIndices(values: ArrayLike<number>, count: number): number[] {
  const better = (a: number, b: number) => {
    const va = Number.isNaN(values[a]!) ? -Infinity : values[a]!;
    const vb = Number.isNaN(values[b]!) ? -Infinity : values[b]!;
    return va === vb ? a - b : vb - va;
  };
  const best: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (best.length === count && better(best[count - 1]!, i) <= 0) continue;
    let at = best.length;
    while (at > 0 && better(best[at - 1]!, i) > 0) at--;
    best.splice(at, 0, i);
    if (best.length > count) best.pop();
  }
  return best;
}
