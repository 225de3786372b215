import type { Hop } from "#analysis/trace/source-tracing.ts";
import { faultsOf } from "#core/fault.ts";

const bad = faultsOf("bad-request", "");

/** @throws Fault "bad-request" naming the range */
export function checkLayer(layer: number, below: number, call: string): number {
  if (Number.isInteger(layer) && layer >= 0 && layer < below) return layer;
  const range = below > 0 ? `layers 0 to ${below - 1} reach it` : "no layer reaches it";
  throw bad(`${call}: layer ${String(layer)} is not on the way; ${range}`);
}

/** @throws Fault "bad-request" for a hop that cannot be on the way */
export function checkHop(
  { layer, head, position }: Hop,
  { belowLayer, positions, heads }: { readonly belowLayer: number; readonly positions: number; readonly heads: number },
): void {
  checkLayer(layer, belowLayer, "trace");
  if (head !== undefined && !isBelow(head, heads)) {
    throw bad(`trace: head ${String(head)} is not in this model; there are heads 0 to ${heads - 1}`);
  }
  if (!isBelow(position, positions)) {
    throw bad(`trace: position ${String(position)} is not in the prompt; it has positions 0 to ${positions - 1}`);
  }
}

const isBelow = (index: number, count: number) => Number.isInteger(index) && index >= 0 && index < count;
