/**
 * Spearman's ρ: Pearson's correlation of the ranks, equal values sharing the mean of theirs. NaN for fewer than two values, and
 * where all of one side are equal.
 *
 * @throws RangeError for lists of different lengths
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new RangeError(`rank correlation: ${a.length} values against ${b.length}`);
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length + 1) / 2;
  let [both, ofX, ofY] = [0, 0, 0];
  x.forEach((rank, index) => {
    both += (rank - middle) * (y[index]! - middle);
    ofX += (rank - middle) ** 2;
    ofY += (y[index]! - middle) ** 2;
  });
  return ofX > 0 && ofY > 0 ? both / Math.sqrt(ofX * ofY) : Number.NaN;
}

/** Ranks of the values from 1, smallest first. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((i, j) => values[i]! - values[j]!);
  const found: number[] = [];
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let at = from; at < to; at++) found[order[at]!] = (from + 1 + to) / 2;
    from = to;
  }
  return found;
}
