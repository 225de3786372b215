import type { Tensor } from "./tensors.ts";

/** The float64 arithmetic of the reference, written out. */

/** `W x`: [out, in] times [in]. */
export function times(weight: Tensor, x: Float64Array): Float64Array {
  const [rows, cols] = weight.shape as [number, number];
  if (x.length !== cols) throw new RangeError(`reference: [${rows}, ${cols}] times ${x.length} values`);
  const { data } = weight;
  const product = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let col = 0; col < cols; col++) sum += data[row * cols + col]! * x[col]!;
    product[row] = sum;
  }
  return product;
}

/** Row `row` of [rows, cols], a copy. */
export function rowOf({ shape, data }: Tensor, row: number): Float64Array {
  const cols = shape[1]!;
  return data.slice(row * cols, (row + 1) * cols);
}

/** Column `col` of [rows, cols]. */
export function columnOf({ shape, data }: Tensor, col: number): Float64Array {
  const [rows, cols] = shape as [number, number];
  return Float64Array.from({ length: rows }, (_, row) => data[row * cols + col]!);
}

export function inner(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) throw new RangeError(`reference: ${a.length} values against ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export const plus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]!);
export const scaled = (a: Float64Array, factor: number) => a.map((value) => value * factor);
/** Elementwise product. */
export const hadamard = (a: Float64Array, b: Float64Array) => a.map((value, i) => value * b[i]!);
export const sumOf = (vectors: readonly Float64Array[]) => vectors.reduce(plus);
export const meanSquare = (x: Float64Array) => inner(x, x) / x.length;

/** `ln Σ exp(x_i)`, the largest term taken out first. */
export function logSumExp(x: Float64Array): number {
  const largest = x.reduce((a, b) => Math.max(a, b));
  return largest + Math.log(x.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

export function softmax(x: Float64Array): Float64Array {
  const total = logSumExp(x);
  return x.map((value) => Math.exp(value - total));
}

/** Indices of the `count` largest, largest first, equal ones in index order. */
export function largest(values: ArrayLike<number>, count: number): number[] {
  const order = Array.from({ length: values.length }, (_, i) => i);
  return order.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}
