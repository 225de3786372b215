/** A row-major matrix of 32-bit floats: element (row, col) is `data[row * cols + col]`. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly cols: number;
}

/** @throws RangeError if the values do not fill the shape exactly */
export function matrix(rows: number, cols: number, data: Float32Array = new Float32Array(rows * cols)): Matrix {
  if (data.length !== rows * cols) {
    throw new RangeError(`matrix: ${rows} × ${cols} needs ${rows * cols} values, got ${data.length}`);
  }
  return { data, rows, cols };
}

/** A view, not a copy: writing to it writes to the matrix. */
export function rowOf(m: Matrix, row: number): Float32Array {
  if (row < 0 || row >= m.rows) throw new RangeError(`matrix: row ${row} of ${m.rows}`);
  return m.data.subarray(row * m.cols, (row + 1) * m.cols);
}

/** Stacks vectors of one length. */
export function fromRows(rows: readonly ArrayLike<number>[], cols: number): Matrix {
  const stacked = matrix(rows.length, cols);
  rows.forEach((values, row) => rowOf(stacked, row).set(values));
  return stacked;
}

/** Inner product, summed in float64. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`dot: ${a.length} values against ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** `a + factor * b`, as float32. */
export function addScaled(a: Float32Array, b: ArrayLike<number>, factor = 1): Float32Array {
  if (a.length !== b.length) throw new RangeError(`addScaled: ${a.length} values and ${b.length}`);
  return a.map((value, i) => value + factor * b[i]!);
}
