import type { Box } from "./heatmap.ts";

export interface AttentionCell extends Box {
  readonly query: number;
  readonly key: number;
  /** 0 to 1. */
  readonly share: number;
  readonly fill: string;
}

export interface AttentionPattern {
  readonly width: number;
  readonly height: number;
  readonly cellPx: number;
  readonly left: number;
  readonly top: number;
  readonly cells: readonly AttentionCell[];
}

const GAP_PX = 1;
const CELL_PX = { least: 5, most: 24 };

/** Room for labels, in pixels: the tokens' names left and above. */
export interface Margins {
  readonly left: number;
  readonly top: number;
}

/**
 * Which position reads which: queries are rows, keys columns. A causal model reads nothing to its right, so only the
 * triangle has cells.
 */
export function attentionPattern(
  pattern: readonly (readonly number[])[],
  room: number,
  margins: Margins,
  colour: (share: number) => string,
): AttentionPattern {
  const count = pattern.length;
  const cellPx = Math.max(
    CELL_PX.least,
    Math.min(CELL_PX.most, Math.floor((room - margins.left) / Math.max(count, 1))),
  );
  const cells = pattern.flatMap((row, query) =>
    row.slice(0, query + 1).map((share, key) => ({
      query,
      key,
      share,
      fill: colour(share),
      x: margins.left + key * cellPx,
      y: margins.top + query * cellPx,
      width: cellPx - GAP_PX,
      height: cellPx - GAP_PX,
    })),
  );
  return {
    width: margins.left + cellPx * count,
    height: margins.top + cellPx * count,
    cellPx,
    left: margins.left,
    top: margins.top,
    cells,
  };
}
