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
}

/**
 * One layer of the wavefront. The batch that comes in is the variants so far, each of all cases, and in its last rows the clean
 * cases. What goes out is the variants so far, one more of every case for each head of this layer, with that head at 0 or at what
 * stands in for it, and the clean cases again if they are needed further on.
 */
export function headVariants(spec: ModelSpec, wanted: HeadVariants): BlockRun {
  const { cases, layersBefore, keepsClean, donor } = wanted;
  const earlier = layersBefore * spec.heads * cases;
  const cleanRows = Array.from({ length: cases }, (_, index) => earlier + index);
  const variants = [
    ...Array.from({ length: earlier }, (_, row) => row),
    ...Array.from({ length: spec.heads + (keepsClean ? 1 : 0) }, () => cleanRows).flat(),
  ];
  const headScale = matrix(variants.length, spec.heads, new Float32Array(variants.length * spec.heads).fill(1));
  for (let head = 0; head < spec.heads; head++) {
    for (let index = 0; index < cases; index++) {
      headScale.data[(earlier + head * cases + index) * spec.heads + head] = 0;
    }
  }
  return { variants, headScale, ...(donor && { headFill: fillOf(spec, wanted, variants.length, donor) }) };
}

/** Each head's donor value in the rows that are without it, 0 elsewhere: [rows, heads, positions, headDim]. */
function fillOf(
  { heads }: ModelSpec,
  { cases, layersBefore }: HeadVariants,
  rows: number,
  donor: (index: number) => Float32Array,
): Float32Array {
  const own = Array.from({ length: cases }, (_, index) => donor(index));
  const size = own[0]!.length;
  const fill = new Float32Array(rows * size);
  for (let head = 0; head < heads; head++) {
    const [from, to] = [(head * size) / heads, ((head + 1) * size) / heads];
    own.forEach((z, index) => {
      const row = (layersBefore * heads + head) * cases + index;
      fill.set(z.subarray(from, to), row * size + from);
    });
  }
  return fill;
}
