import { matrix, rowOf } from "#core/numeric/matrix.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import { keyHeadOf } from "#model/spec.ts";
import type { ModelSpec } from "#model/spec.ts";
import { headScale } from "../capture.ts";
import type { Capture } from "../capture.ts";
import type { Runner } from "../runner.ts";

/**
 * What attention takes to the last position, by the position that it is taken from: row p is α[h, last, p] · v[h, p] for every
 * head h, [positions, heads · headDim]. v has its bias in it, and a head that was scaled is scaled here.
 *
 * Summed over the rows it is z at the last position; W_O times a row is the paper's attention subvalue of that position.
 */
export const subvalues = async (runner: Runner, run: Capture, layer: number): Promise<Matrix> =>
  subvaluesAt(runner, run, { layer, query: run.ids.length - 1 }, await valuesOf(runner, run, layer));

/** v of every position, bias included: [positions, kvHeads · headDim]. */
export const valuesOf = ({ weights }: Runner, run: Capture, layer: number): Promise<Matrix> =>
  weights.values(layer, run.layers[layer]!.residPre);

/**
 * Subvalues at any position that attention writes at: row p is α[h, query, p] · v[h, p].
 *
 * @param values as `valuesOf` gives them
 */
export function subvaluesAt(
  runner: Runner,
  run: Capture,
  { layer, query }: { readonly layer: number; readonly query: number },
  values: Matrix,
): Matrix {
  const { heads, headDim } = runner.spec;
  const { pattern } = run.layers[layer]!;
  const positions = run.ids.length;
  const mixed = matrix(positions, heads * headDim);
  for (let head = 0; head < heads; head++) {
    const scale = headScale(run, { layer, head });
    const valueStart = keyHeadOf(runner.spec, head) * headDim;
    for (let position = 0; position < positions; position++) {
      const factor = scale * pattern[(head * positions + query) * positions + position]!;
      const value = rowOf(values, position).subarray(valueStart, valueStart + headDim);
      rowOf(mixed, position).set(
        value.map((each) => factor * each),
        head * headDim,
      );
    }
  }
  return mixed;
}

/** Where a head's value stands at a position of one of several prompts. */
interface ValuePlace {
  readonly row: number;
  readonly head: number;
  readonly position: number;
  /** Positions that each prompt has. */
  readonly positions: number;
}

/** A head's value as the tap `v` has it, [rows, kvHeads, positions, headDim]: a view, [headDim]. */
export function tappedValue(
  spec: ModelSpec,
  v: Float32Array,
  { row, head, position, positions }: ValuePlace,
): Float32Array {
  const start = ((row * spec.kvHeads + keyHeadOf(spec, head)) * positions + position) * spec.headDim;
  return v.subarray(start, start + spec.headDim);
}

/** The part of a row of `subvalues` that one head took, the other heads at 0: [heads · headDim]. */
export function ofHead(subvalue: Float32Array, head: number, headDim: number): Float32Array {
  return subvalue.map((value, index) => (Math.floor(index / headDim) === head ? value : 0));
}

/**
 * How far each head writes along a residual direction for each position that it reads, [head][position].
 *
 * @param mixed as `subvalues` gives it
 * @param factor what a norm behind attention multiplies the output by, as `attentionFactor` gives it of the position that is written at
 * @param products W_Oᵀ · direction, [heads · headDim], as `outputProducts` gives it
 */
export function productsBySource(
  mixed: Matrix,
  products: Float64Array,
  { headDim, factor = 1 }: { readonly headDim: number; readonly factor?: number },
): number[][] {
  return Array.from({ length: products.length / headDim }, (_, head) =>
    Array.from({ length: mixed.rows }, (_unused, position) => {
      const row = rowOf(mixed, position);
      let sum = 0;
      for (let i = head * headDim; i < (head + 1) * headDim; i++) sum += row[i]! * products[i]!;
      return factor * sum;
    }),
  );
}
