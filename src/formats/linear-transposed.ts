import { storedRow } from "./linear.ts";
import type { Band, Linear } from "./linear.ts";

/** Wᵀ·y, summed in float64: for every input, the inner product of its column with `y` [rows]. */
export const multiplyTransposed = (linear: Linear, y: ArrayLike<number>): Float64Array =>
  multiplyRowsTransposed(linear, 0, y);

/** W[from…]ᵀ·y for the outputs from `fromRow` on, as many as `y` has, summed in float64: [cols]. Zeros in `y` cost nothing. */
export const multiplyRowsTransposed = (linear: Linear, fromRow: number, y: ArrayLike<number>): Float64Array =>
  multiplyAllTransposed(linear, fromRow, [y])[0]!;

/**
 * W[from…]ᵀ·y for several y at once, each weight read once: the outputs from `fromRow` on, as many as each y has, summed in float64,
 * [cols] for every y. Quantised rows for which all y are 0 cost nothing.
 */
export function multiplyAllTransposed(
  linear: Linear,
  fromRow: number,
  ys: readonly ArrayLike<number>[],
): Float64Array[] {
  const products = ys.map(() => new Float64Array(linear.cols));
  const end = fromRow + (ys[0]?.length ?? 0);
  let first = 0;
  for (const band of linear.bands) {
    const [from, to] = [Math.max(fromRow, first), Math.min(end, first + band.rows)];
    const rows = { from, to, fromRow, inBand: from - first };
    if (from < to && band.values instanceof Float32Array) addColumns(products, band, rows, ys);
    else if (from < to) addPanels(products, linear, rows, ys);
    first += band.rows;
  }
  return products.map((product, each) => addLowRankTransposed(linear, fromRow, ys[each]!, product));
}

/** Some rows of a layer that lie in one band; y begins at `fromRow`. */
interface RowsOfBand {
  readonly from: number;
  readonly to: number;
  readonly fromRow: number;
  /** Where `from` stands in the band. */
  readonly inBand: number;
}

/** Adds the products of float32 rows, which lie in memory by column. */
function addColumns(
  products: readonly Float64Array[],
  { values, rows }: Band,
  { from, to, fromRow, inBand }: RowsOfBand,
  ys: readonly ArrayLike<number>[],
): void {
  for (let col = 0; col < products[0]!.length; col++) {
    const start = col * rows + inBand;
    ys.forEach((y, each) => {
      let sum = 0;
      for (let row = from; row < to; row++) sum += values[start + row - from]! * y[row - fromRow]!;
      products[each]![col]! += sum;
    });
  }
}

/** Rows that are unpacked at once: each sum is then read and written once for so many products. */
const PANEL = 8;

/** Adds the products of quantised rows. */
function addPanels(
  products: readonly Float64Array[],
  linear: Linear,
  { from, to, fromRow }: RowsOfBand,
  ys: readonly ArrayLike<number>[],
): void {
  const rows = Array.from({ length: PANEL }, () => new Float32Array(linear.cols));
  const panel: number[] = [];
  const flush = () => {
    panel.forEach((row, place) => storedRow(linear, row, rows[place]!, 0));
    ys.forEach((y, each) => {
      addPanel(
        products[each]!,
        rows,
        rows.map((_, place) => (place < panel.length ? y[panel[place]! - fromRow]! : 0)),
      );
    });
    panel.length = 0;
  };
  for (let row = from; row < to; row++) {
    // most of a vocabulary is out of the question when a single token is asked about
    if (ys.some((y) => y[row - fromRow] !== 0)) panel.push(row);
    if (panel.length === PANEL) flush();
  }
  if (panel.length > 0) flush();
}

/** Adds factors[i] · rows[i] for every i to a sum. */
function addPanel(sum: Float64Array, rows: readonly Float32Array[], factors: readonly number[]): void {
  const [a, b, c, d, e, f, g, h] = factors as Eight<number>;
  const [ra, rb, rc, rd, re, rf, rg, rh] = rows as Eight<Float32Array>;
  for (let col = 0; col < sum.length; col++) {
    const first = a * ra[col]! + b * rb[col]! + c * rc[col]! + d * rd[col]!;
    sum[col]! += first + e * re[col]! + f * rf[col]! + g * rg[col]! + h * rh[col]!;
  }
}

type Eight<T> = readonly [T, T, T, T, T, T, T, T];

/** (B·A)[from…]ᵀ·y on top of `product`, which is changed: through the rank, without the sum of the two matrices. */
function addLowRankTransposed(
  { lowRank, cols }: Linear,
  fromRow: number,
  y: ArrayLike<number>,
  product: Float64Array,
): Float64Array {
  if (!lowRank) return product;
  const { rank, down, up } = lowRank;
  for (let r = 0; r < rank; r++) {
    let factor = 0;
    for (let row = 0; row < y.length; row++) factor += up[(fromRow + row) * rank + r]! * y[row]!;
    for (let col = 0; col < cols; col++) product[col]! += factor * down[r * cols + col]!;
  }
  return product;
}
