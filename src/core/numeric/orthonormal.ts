import { dot } from "./matrix.ts";

/** A column that keeps less than this of its length is a mix of those before it, but for rounding. */
const INDEPENDENT = 1e-8;

/**
 * An orthonormal basis of what columns span, in their order; a column that those before it already span is left out. Gram–Schmidt, done
 * twice, which is as orthogonal as float64 allows.
 *
 * @see Giraud, Langou & Rozložník (2005), "The loss of orthogonality in the Gram-Schmidt orthogonalization process"
 */
export function orthonormal(columns: readonly ArrayLike<number>[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const left = Float64Array.from(column);
    const before = Math.sqrt(dot(left, left));
    for (let pass = 0; pass < 2; pass++) {
      for (const direction of basis) {
        const along = dot(direction, left);
        for (let row = 0; row < left.length; row++) left[row]! -= along * direction[row]!;
      }
    }
    const length = Math.sqrt(dot(left, left));
    if (length > INDEPENDENT * before) basis.push(left.map((value) => value / length));
  }
  return basis;
}
