import { matrix } from "#core/numeric/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import { throughLayers } from "../lens/layers.ts";
import type { BlockRun, Residual, Runner } from "../runner.ts";
import { fillOf } from "./changes.ts";

export interface AblatedHeads {
  /** Rows that the wavefront starts from. */
  readonly cases: number;
  /** Layers whose heads are ablated, `end` exclusive. */
  readonly range: { readonly start: number; readonly end: number };
  /** Whether the clean cases come along to the end. */
  readonly keepsClean?: boolean;
  /** What takes the place of the heads' z in a case, [heads, positions, headDim]; left out: 0. */
  readonly donor?: ((layer: number, index: number) => Float32Array) | undefined;
  /** What every row is run with besides, of one case and in one row: what stays ablated in all of them, with the same donor. Left out: nothing. */
  readonly under?: ((layer: number) => BlockRun) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The wavefront: going through the layers once, the batch holds each case with each head that was ablated earlier, then a new
 * variant of each case per head of this layer, and in its last rows the clean cases that later layers start from.
 *
 * @param clean the cases at the range's first layer; stays the caller's
 * @returns layer by layer, head by head, of all cases each, at the end of the model; then the clean ones, if they are kept
 * @throws what `signal` was aborted with
 */
export async function ablateEachHead(runner: Runner, clean: Residual, wanted: AblatedHeads): Promise<Residual> {
  const { range, keepsClean = false, under = () => ({}), signal } = wanted;
  const runOf = (layer: number): BlockRun =>
    layer < range.end
      ? headVariants(runner.spec, layer, { ...wanted, keepsClean: keepsClean || layer + 1 < range.end })
      : under(layer);
  signal?.throwIfAborted();
  const { residual } = await runner.block(range.start, clean, runOf(range.start));
  return throughLayers(runner, residual, { from: range.start + 1, runOf, signal });
}

/** One layer of the wavefront, in which the clean rows are needed further on or not. */
function headVariants(spec: ModelSpec, layer: number, wanted: AblatedHeads): BlockRun {
  const { cases, range, keepsClean, donor } = wanted;
  const under = wanted.under?.(layer) ?? {};
  const earlier = (layer - range.start) * spec.heads * cases;
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
  const headFill = fillOf(headScale, "head", (row) => donor?.(layer, row % cases));
  return { ...under, variants, headScale, ...(headFill && { headFill }) };
}
