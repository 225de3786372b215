import type { Band, Linear, LinearForm } from "./linear.ts";
import { blocksPerRow } from "./linear.ts";

/** The form in which the engine's own quantisation holds a layer; at 32 bits the layer is not quantised. */
export const formOfBits = (bits: LinearForm["bits"]): LinearForm => ({ bits, block: 32, hasOffsets: false });

/** Room for rows in one form. */
export function emptyBand({
  rows,
  cols,
  ...form
}: LinearForm & { readonly rows: number; readonly cols: number }): Band {
  const { bits, hasOffsets } = form;
  if (bits === 32) {
    const none = new Float32Array(0);
    return { ...form, rows, values: new Float32Array(rows * cols), scales: none, offsets: none };
  }
  const blocks = blocksPerRow(cols, form.block);
  return {
    ...form,
    rows,
    values: new Uint8Array((rows * blocks * form.block * bits) / 8),
    scales: new Float32Array(rows * blocks),
    offsets: new Float32Array(hasOffsets ? rows * blocks : 0),
  };
}

/**
 * Quantises `weights`, [rows, cols] row-major, into blocks of 32, or turns them where they stay as they are.
 *
 * Each block's scale is its value of largest magnitude (with its sign) over −2^(bits−1), so that this value is exact and the
 * whole range of codes is used; the rest is rounded to the nearest code. The error of a weight is at most |scale|, reached
 * only opposite the extreme, else |scale| / 2.
 */
export function packRows(weights: Float32Array, cols: number, bits: LinearForm["bits"]): Band {
  const rows = weights.length / cols;
  if (!Number.isInteger(rows)) throw new RangeError(`linear: ${weights.length} values do not fill rows of ${cols}`);
  const band = emptyBand({ rows, cols, ...formOfBits(bits) });
  for (let row = 0; row < rows; row++) {
    const values = weights.subarray(row * cols, (row + 1) * cols);
    if (band.values instanceof Float32Array) transposeRow(band.values, rows, row, values);
    else packRow(band, band.values, row, values);
  }
  return band;
}

/** A layer of one form. */
export const linearOf = (band: Band, cols: number): Linear => ({ rows: band.rows, cols, bands: [band] });

function transposeRow(values: Float32Array, rows: number, row: number, weights: Float32Array): void {
  for (let col = 0; col < weights.length; col++) values[col * rows + row] = weights[col]!;
}

function packRow({ bits, block: size, scales }: Band, values: Uint8Array, row: number, weights: Float32Array): void {
  const blocks = blocksPerRow(weights.length, size);
  const zero = 2 ** (bits - 1);
  for (let block = 0; block < blocks; block++) {
    const start = block * size;
    const end = Math.min(start + size, weights.length);
    let extreme = 0;
    for (let i = start; i < end; i++) if (Math.abs(weights[i]!) > Math.abs(extreme)) extreme = weights[i]!;
    const scale = Math.fround(extreme / -zero);
    scales[row * blocks + block] = scale;
    const first = (row * blocks + block) * size;
    for (let i = 0; i < size; i++) {
      const weight = start + i < end ? weights[start + i]! : 0;
      const code = scale === 0 ? zero : Math.min(2 * zero - 1, Math.max(0, Math.round(weight / scale) + zero));
      if (bits === 8) values[first + i] = code;
      else values[(first + i) >> 1]! |= code << (i % 2 === 0 ? 0 : 4);
    }
  }
}
