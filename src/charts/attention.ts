import { clip } from "./clip.ts";
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

const CHARACTER_PX = 7;
const LABEL_PX = { least: 24, most: 72 };
const LABEL_GAP_PX = 8;
/** Smaller cells have no room for a name beside them. */
const LEAST_NAMED_CELL_PX = 9;

/** The pattern with its tokens' names, cut to the room that they have; "" where the cells are too small for any. */
export function labelledAttention(
  pattern: readonly (readonly number[])[],
  names: readonly string[],
  room: number,
  colour: (share: number) => string,
): AttentionPattern & { readonly labels: readonly string[] } {
  const longest = Math.max(0, ...names.map((name) => name.length));
  const margin = Math.max(LABEL_PX.least, Math.min(LABEL_PX.most, longest * CHARACTER_PX + LABEL_GAP_PX));
  const drawn = attentionPattern(pattern, room, { left: margin, top: margin }, colour);
  const most = Math.floor((margin - LABEL_GAP_PX) / CHARACTER_PX);
  const isNamed = drawn.cellPx >= LEAST_NAMED_CELL_PX;
  return { ...drawn, labels: pattern.map((_, at) => (isNamed ? clip(names[at] ?? String(at), most) : "")) };
}

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
