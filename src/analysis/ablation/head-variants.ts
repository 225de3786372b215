import { matrix } from "#core/numeric/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { BlockRun } from "../runner.ts";

export interface HeadVariants {
  /** How many clean rows the batch has, its last ones. */
  readonly cases: number;
  /** How many layers' heads the rows before them are without, one head each. */
  readonly layersBefore: number;
  /** Whether the clean rows come along. */
  readonly keepsClean: boolean;
  /** What takes the place of the heads' z in a case, [heads, positions, headDim]; left out: 0. */
  readonly donor?: ((index: number) => Float32Array) | undefined;
  /** What every row is run with besides, of one case and in one row: what stays off in all of them. Left out: nothing. */
  readonly under?: BlockRun;
}

/**
 * One layer of the wavefront. The batch that comes in is the variants so far, each of all cases, and in its last rows the clean
 * cases. What goes out is the variants so far, one more of every case for each head of this layer, with that head at 0 or at what
 * stands in for it, and the clean cases again if they are needed further on.
 */
export function headVariants(spec: ModelSpec, wanted: HeadVariants): BlockRun {
  const { cases, layersBefore, keepsClean, donor, under = {} } = wanted;
  const earlier = layersBefore * spec.heads * cases;
  const cleanRows = Array.from({ length: cases }, (_, index) => earlier + index);
  const variants = [
    ...Array.from({ length: earlier }, (_, row) => row),
    ...Array.from({ length: spec.heads + (keepsClean ? 1 : 0) }, () => cleanRows).flat(),
  ];
  const kept = under.headScale?.data ?? new Float32Array(spec.heads).fill(1);
  const headScale = matrix(variants.length, spec.heads);
  for (let row = 0; row < variants.length; row++) headScale.data.set(kept, row * spec.heads);
  for (let head = 0; head < spec.heads; head++) {
    for (let index = 0; index < cases; index++) {
      headScale.data[(earlier + head * cases + index) * spec.heads + head] = 0;
    }
  }
  const headFill = fillOf(spec, wanted, variants.length, donor);
  return { ...under, variants, headScale, ...(headFill && { headFill }) };
}

/**
 * Each head's donor value in the rows that are without it, elsewhere what every row is filled with: [rows, heads, positions, headDim];
 * undefined where there is neither.
 */
function fillOf(
  { heads }: ModelSpec,
  { cases, layersBefore, under }: HeadVariants,
  rows: number,
  donor: HeadVariants["donor"],
): Float32Array | undefined {
  const kept = under?.headFill;
  const own = donor && Array.from({ length: cases }, (_, index) => donor(index));
  const size = (own?.[0] ?? kept)?.length;
  if (size === undefined) return undefined;
  const fill = new Float32Array(rows * size);
  if (kept) for (let row = 0; row < rows; row++) fill.set(kept, row * size);
  for (let head = 0; head < heads; head++) {
    const [from, to] = [(head * size) / heads, ((head + 1) * size) / heads];
    for (let index = 0; index < cases; index++) {
      const row = (layersBefore * heads + head) * cases + index;
      if (own) fill.set(own[index]!.subarray(from, to), row * size + from);
      else fill.fill(0, row * size + from, row * size + to);
    }
  }
  return fill;
}
