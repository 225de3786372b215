import { matrix } from "#core/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { BlockRun } from "./runner.ts";

export interface HeadVariants {
  /** How many clean rows the batch has, its last ones. */
  readonly cases: number;
  /** How many layers' heads the rows before them are without, one head each. */
  readonly layersBefore: number;
  /** Whether the clean rows come along. */
  readonly keepsClean: boolean;
}

/**
 * One layer of the wavefront. The batch that comes in is the variants so far, each of all cases, and in its last rows the clean
 * cases. What goes out is the variants so far, one more of every case for each head of this layer, with that head at 0, and the
 * clean cases again if they are needed further on.
 */
export function headVariants(spec: ModelSpec, { cases, layersBefore, keepsClean }: HeadVariants): BlockRun {
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
  return { variants, headScale };
}
