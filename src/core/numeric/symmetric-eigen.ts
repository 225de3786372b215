/** The eigenvectors of a symmetric matrix, those of the largest eigenvalues first, each of length 1. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/** Matrices of a hundred dimensions need some ten sweeps; beyond these nothing comes nearer. */
const MAX_SWEEPS = 60;

/**
 * Jacobi's way: one off-diagonal pair after the other is turned to 0 until nothing but the diagonal is left, as exactly as float64 has it.
 *
 * @param matrix [size, size], symmetric; it stays as it is
 * @see Golub & Van Loan, "Matrix Computations", section 8.5
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const a = Float64Array.from(matrix);
  /** [size, size], row i the i-th eigenvector. */
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  const total = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonal(a, size) > Number.EPSILON ** 2 * total; sweep++) {
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) turn(a, v, size, p, q);
    }
  }
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j]! - a[i * size + i]!);
  return {
    values: Float64Array.from(order, (i) => a[i * size + i]!),
    vectors: order.map((i) => v.slice(i * size, (i + 1) * size)),
  };
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let p = 0; p < size - 1; p++) {
    for (let q = p + 1; q < size; q++) sum += 2 * a[p * size + q]! ** 2;
  }
  return sum;
}

/** The rotation in the plane of p and q that makes a[p, q] 0. */
function turn(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!;
  if (apq === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cos = 1 / Math.hypot(t, 1);
  const sin = t * cos;
  for (let k = 0; k < size; k++) {
    const [akp, akq] = [a[k * size + p]!, a[k * size + q]!];
    a[k * size + p] = cos * akp - sin * akq;
    a[k * size + q] = sin * akp + cos * akq;
  }
  for (let k = 0; k < size; k++) {
    const [apk, aqk] = [a[p * size + k]!, a[q * size + k]!];
    a[p * size + k] = cos * apk - sin * aqk;
    a[q * size + k] = sin * apk + cos * aqk;
    const [vpk, vqk] = [v[p * size + k]!, v[q * size + k]!];
    v[p * size + k] = cos * vpk - sin * vqk;
    v[q * size + k] = sin * vpk + cos * vqk;
  }
}
