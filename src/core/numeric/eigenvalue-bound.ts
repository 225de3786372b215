/** Squarings: (n)^(1 / 2^6) is the most that the bound is off by, 1.07 of 64 dimensions. */
const SQUARINGS = 5;

/**
 * An upper bound of the largest eigenvalue of a symmetric matrix without negative ones, and at most n^(1/64) times it: the Frobenius norm of
 * A^32 is at least λ^32, and at most √n times as much.
 *
 * @param lower n · n values row by row, of which those above the diagonal are not read
 */
export function largestEigenvalueBound(lower: Float64Array): number {
  const size = Math.sqrt(lower.length);
  let power: Float64Array = Float64Array.from(lower, (_, at) => {
    const [row, col] = [Math.floor(at / size), at % size];
    return lower[Math.max(row, col) * size + Math.min(row, col)]!;
  });
  // λ = norm^(1/2^k): what each power was divided by counts with its own root
  let logarithm = 0;
  for (let squaring = 0, root = 1; ; squaring++, root /= 2) {
    const norm = Math.hypot(...power);
    if (norm === 0) return 0;
    logarithm += root * Math.log(norm);
    if (squaring === SQUARINGS) return Math.exp(logarithm);
    power = squared(
      power.map((value) => value / norm),
      size,
    );
  }
}

/** A · A of a symmetric A. */
function squared(values: Float64Array, size: number): Float64Array {
  const product = new Float64Array(values.length);
  for (let row = 0; row < size; row++) {
    for (let col = 0; col <= row; col++) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += values[row * size + i]! * values[col * size + i]!;
      product[row * size + col] = sum;
      product[col * size + row] = sum;
    }
  }
  return product;
}
