import type { NeuronRanges } from "#analysis/search/ranges.ts";
import type { Progress } from "#protocol/engine.ts";

type Told = (progress: Progress) => void;

/** Share of the work that neurons' ranges take, on a model that has none yet. */
const RANGES_SHARE = 0.5;

/**
 * A model's ranges, found once, and what tells how far the work behind them is, 0 to 1: of one bar for both, all of it the work's where they are
 * there.
 */
export async function rangesFirst(
  session: { ranges(onProgress: Told, signal: AbortSignal): Promise<NeuronRanges> },
  onProgress: Told,
  signal: AbortSignal,
) {
  let found = 0;
  const ranges = await session.ranges(({ done, total }) => {
    found = RANGES_SHARE;
    onProgress({ done: RANGES_SHARE * (done / total), total: 1 });
  }, signal);
  return { ranges, onShare: (share: number) => onProgress({ done: found + (1 - found) * share, total: 1 }) };
}
