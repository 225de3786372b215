import { dot } from "#core/numeric/matrix.ts";

/** How rows of a linear layer are held. */
export interface LinearForm {
  readonly bits: 4 | 8 | 32;
  /** Values along a row that share a scale. */
  readonly block: 16 | 32;
  /** Whether blocks have an offset besides. */
  readonly hasOffsets: boolean;
}

/**
 * Some rows of a linear layer, as they are held and as the graph reads them.
 *
 * Quantised (`bits` 4 or 8), MatMulNBits' layout: `values` is [rows, blocks, block·bits/8], each row's inputs in blocks with the
 * last one padded by zeros, 4-bit values two to a byte, the earlier one in the low half; `scales` is [rows, blocks]. A weight is
 * (q − 2^(bits−1)) · scale, plus its block's offset where there are any: `offsets` is [blocks, rows], as MatMul wants it.
 *
 * Unquantised (`bits` 32): `values` is the transpose, [cols, rows], in float32, as MatMul wants it; `scales` is empty.
 */
export interface Band extends LinearForm {
  readonly rows: number;
  readonly values: Uint8Array | Float32Array;
  readonly scales: Float32Array;
  readonly offsets: Float32Array;
}

/**
 * A linear layer y = W·x with W of `rows` outputs × `cols` inputs. Its rows are held in one form, or in several where a file has
 * tensors of several types that the graph takes as one layer.
 */
export interface Linear {
  readonly rows: number;
  readonly cols: number;
  /** One after the other. */
  readonly bands: readonly Band[];
  /** What an adapter adds to W; whatever reads the layer's weights reads the sum. */
  readonly lowRank?: LowRank;
}

/** B·A in float32, with the adapter's factor in B: `down` is A, [rank, cols], `up` is B, [rows, rank]. */
export interface LowRank {
  readonly rank: number;
  readonly down: Float32Array;
  readonly up: Float32Array;
}

export const blocksPerRow = (cols: number, block: number) => Math.ceil(cols / block);

/** Row `row` as the quantised model has it, from input `fromCol` on for as long as `into` is: the weights of one output. */
export function linearRow(
  linear: Linear,
  row: number,
  into = new Float32Array(linear.cols),
  fromCol = 0,
): Float32Array {
  storedRow(linear, row, into, fromCol);
  if (linear.lowRank) {
    const { rank, down, up } = linear.lowRank;
    const sums = Float64Array.from(into);
    for (let r = 0; r < rank; r++) {
      const factor = up[row * rank + r]!;
      const first = r * linear.cols + fromCol;
      for (let i = 0; i < into.length; i++) sums[i]! += factor * down[first + i]!;
    }
    into.set(sums);
  }
  return into;
}

/** Row `row` without what an adapter adds. */
export function storedRow({ bands, cols }: Linear, row: number, into: Float32Array, fromCol: number): Float32Array {
  let inBand = row;
  let band = bands[0]!;
  for (let next = 1; inBand >= band.rows; next++) {
    inBand -= band.rows;
    band = bands[next]!;
  }
  const { values, scales, offsets, rows, bits, block: size, hasOffsets } = band;
  if (values instanceof Float32Array) {
    for (let i = 0; i < into.length; i++) into[i] = values[(fromCol + i) * rows + inBand]!;
    return into;
  }
  const blocks = blocksPerRow(cols, size);
  const end = fromCol + into.length;
  for (let block = Math.floor(fromCol / size); block * size < end; block++) {
    const scale = scales[inBand * blocks + block]!;
    const offset = hasOffsets ? offsets[block * rows + inBand]! : 0;
    const first = Math.max(block * size, fromCol);
    const last = Math.min((block + 1) * size, end);
    const codes = inBand * blocks * size;
    // a loop for each width, with nothing in it to decide: whole vocabularies are read by it
    if (bits === 8)
      for (let col = first; col < last; col++) into[col - fromCol] = (values[codes + col]! - 128) * scale + offset;
    else {
      for (let col = first; col < last; col++) {
        into[col - fromCol] = (((values[(codes + col) >> 1]! >> ((col & 1) << 2)) & 15) - 8) * scale + offset;
      }
    }
  }
  return into;
}

/** Column `col`: what one input writes, for a down projection the value vector of neuron `col`. */
export function linearColumn(linear: Linear, col: number): Float32Array {
  const stored = storedColumn(linear, col);
  if (!linear.lowRank) return stored;
  const { rank, down, up } = linear.lowRank;
  const read = Float32Array.from({ length: rank }, (_, r) => down[r * linear.cols + col]!);
  return stored.map((value, row) => value + dot(up.subarray(row * rank, (row + 1) * rank), read));
}

function storedColumn({ bands, cols, rows: all }: Linear, col: number): Float32Array {
  const column = new Float32Array(all);
  let first = 0;
  for (const { values, scales, offsets, rows, bits, block: size, hasOffsets } of bands) {
    if (values instanceof Float32Array) column.set(values.subarray(col * rows, (col + 1) * rows), first);
    else {
      const blocks = blocksPerRow(cols, size);
      const block = Math.floor(col / size);
      for (let row = 0; row < rows; row++) {
        const code = codeAt(values, bits, row * blocks * size + col);
        const weight = (code - 2 ** (bits - 1)) * scales[row * blocks + block]!;
        column[first + row] = hasOffsets ? weight + offsets[block * rows + row]! : weight;
      }
    }
    first += rows;
  }
  return column;
}

/** W[:, from…] · x for the inputs from `fromCol` on, summed in float64: what these inputs write, [rows]. */
export function multiplyColumns(linear: Linear, fromCol: number, x: ArrayLike<number>): Float32Array {
  const weights = new Float32Array(x.length);
  const { lowRank, cols } = linear;
  if (!lowRank) {
    return Float32Array.from({ length: linear.rows }, (_, row) => dot(storedRow(linear, row, weights, fromCol), x));
  }
  const { rank, down, up } = lowRank;
  const read = Float64Array.from({ length: rank }, (_, r) =>
    dot(down.subarray(r * cols + fromCol, r * cols + fromCol + x.length), x),
  );
  return Float32Array.from(
    { length: linear.rows },
    (_, row) => dot(storedRow(linear, row, weights, fromCol), x) + dot(up.subarray(row * rank, (row + 1) * rank), read),
  );
}

/** W·x for several x at once, each weight unpacked once: the outputs from `fromRow` on, `rows` of them, for every x. */
export function multiplyRows(
  linear: Linear,
  inputs: readonly Float32Array[],
  fromRow = 0,
  rows = linear.rows - fromRow,
): Float32Array[] {
  const outputs = inputs.map(() => new Float32Array(rows));
  const weights = new Float32Array(linear.cols);
  for (let row = 0; row < rows; row++) {
    linearRow(linear, fromRow + row, weights);
    for (let each = 0; each < inputs.length; each++) outputs[each]![row] = dot(weights, inputs[each]!);
  }
  return outputs;
}

const codeAt = (values: Uint8Array, bits: number, index: number) =>
  bits === 8 ? values[index]! : (values[index >> 1]! >> (index % 2 === 0 ? 0 : 4)) & 15;

/**
 * |g ⊙ w_k| of every column w_k, g having one factor per row, [cols].
 *
 * @param isCentred the column's mean over its rows is taken out first
 */
export function columnNorms(
  linear: Linear,
  rowFactors: ArrayLike<number>,
  { isCentred }: { readonly isCentred: boolean },
): Float64Array {
  const { rows, cols } = linear;
  const sums = new Float64Array(cols);
  const squares = new Float64Array(cols);
  const weighted = new Float64Array(cols);
  let allSquares = 0;
  const row = new Float32Array(cols);
  for (let index = 0; index < rows; index++) {
    const factor = rowFactors[index]! ** 2;
    allSquares += factor;
    linearRow(linear, index, row);
    for (let col = 0; col < cols; col++) {
      const value = row[col]!;
      sums[col]! += value;
      squares[col]! += factor * value * value;
      weighted[col]! += factor * value;
    }
  }
  return squares.map((square, col) => {
    const mean = isCentred ? sums[col]! / rows : 0;
    // Σ g²(w − m)², which rounding may leave below 0 where a column is constant
    return Math.sqrt(Math.max(0, square - 2 * mean * weighted[col]! + mean * mean * allSquares));
  });
}

/** max_r |w_r| over the rows w_r. */
export function rowReach(linear: Linear): number {
  let farthest = 0;
  const row = new Float32Array(linear.cols);
  for (let index = 0; index < linear.rows; index++) {
    linearRow(linear, index, row);
    farthest = Math.max(farthest, dot(row, row));
  }
  return Math.sqrt(farthest);
}
