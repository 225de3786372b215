import type { BlockOutput, BlockRun, Residual, Runner } from "../runner.ts";

export interface LayerRun {
  /** Left out: the first layer. */
  readonly from?: number;
  /** Exclusive; left out: all layers. */
  readonly to?: number;
  /** What a layer is run with; left out: as it is. */
  readonly runOf?: (layer: number) => BlockRun;
  /** Given what each layer was tapped for. */
  readonly onTaps?: ((layer: number, taps: BlockOutput["taps"]) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs layers one after the other. The residual that it starts from and those between are released here, the last one is the
 * caller's to release; if a run fails, none is left.
 *
 * @throws what `signal` was aborted with
 */
export async function throughLayers(
  runner: Runner,
  start: Residual,
  { from = 0, to = runner.spec.layers, runOf = () => ({}), onTaps, signal }: LayerRun,
): Promise<Residual> {
  let residual = start;
  try {
    for (let layer = from; layer < to; layer++) {
      signal?.throwIfAborted();
      const { residual: next, taps } = await runner.block(layer, residual, runOf(layer));
      runner.release(residual);
      residual = next;
      onTaps?.(layer, taps);
    }
    return residual;
  } catch (reason) {
    runner.release(residual);
    throw reason;
  }
}
