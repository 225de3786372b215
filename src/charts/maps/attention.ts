import { topIndices } from "#core/numeric/top.ts";
import { clip } from "../marks/clip.ts";
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
  /** Positions that read, one a row, and those that are read, one a column; all of them where they fit. */
  readonly queries: readonly number[];
  readonly keys: readonly number[];
  readonly cells: readonly AttentionCell[];
}

/** A pattern with the tokens' names, cut to the room that they have; "" where the cells are too small for any. */
export interface LabelledAttention extends AttentionPattern {
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
}

const GAP_PX = 1;
const CELL_PX = { least: 5, most: 24 };

const CHARACTER_PX = 7;
const LABEL_PX = { least: 24, most: 72 };
const LABEL_GAP_PX = 8;
/** Smaller cells have no room for a name beside them. */
const LEAST_NAMED_CELL_PX = 9;

/** What a position is called: its token, or its number where nobody has named it. */
export const positionName = (names: readonly string[]) => (position: number) => names[position] ?? String(position);

export function labelledAttention(
  pattern: readonly (readonly number[])[],
  names: readonly string[],
  room: number,
  colour: (share: number) => string,
): LabelledAttention {
  const longest = names.reduce((most, { length }) => Math.max(most, length), 0);
  const margin = Math.max(LABEL_PX.least, Math.min(LABEL_PX.most, longest * CHARACTER_PX + LABEL_GAP_PX));
  const drawn = attentionPattern(pattern, room, { left: margin, top: margin }, colour);
  const most = Math.floor((margin - LABEL_GAP_PX) / CHARACTER_PX);
  const name = positionName(names);
  const isNamed = drawn.cellPx >= LEAST_NAMED_CELL_PX;
  const labelled = (position: number) => (isNamed ? clip(name(position), most) : "");
  return { ...drawn, rowLabels: drawn.queries.map(labelled), columnLabels: drawn.keys.map(labelled) };
}

/** Room for labels, in pixels: the tokens' names left and above. */
export interface Margins {
  readonly left: number;
  readonly top: number;
}

/**
 * Which position reads which: queries are rows, keys columns. A causal model reads nothing to its right, so only the triangle has cells. Of a
 * prompt that does not fit into the room, the last positions are rows and those that the last one reads most are columns, each in the order of
 * the prompt.
 */
export function attentionPattern(
  pattern: readonly (readonly number[])[],
  room: number,
  margins: Margins,
  colour: (share: number) => string,
): AttentionPattern {
  const { queries, keys } = shownPositions(pattern, room - margins.left);
  const cellPx = Math.max(
    CELL_PX.least,
    Math.min(CELL_PX.most, Math.floor((room - margins.left) / Math.max(keys.length, 1))),
  );
  const cells = queries.flatMap((query, row) =>
    keys.flatMap((key, column) => {
      const share = pattern[query]![key];
      if (key > query || share === undefined) return [];
      return {
        query,
        key,
        share,
        fill: colour(share),
        x: margins.left + column * cellPx,
        y: margins.top + row * cellPx,
        width: cellPx - GAP_PX,
        height: cellPx - GAP_PX,
      };
    }),
  );
  return {
    width: margins.left + cellPx * keys.length,
    height: margins.top + cellPx * queries.length,
    cellPx,
    left: margins.left,
    top: margins.top,
    queries,
    keys,
    cells,
  };
}

/** What of a long prompt is drawn, to follow a caption; "" where it is all. */
export const partSentence = ({ queries }: Pick<AttentionPattern, "queries">, tokens: number) =>
  queries.length === tokens
    ? ""
    : `: of ${tokens} tokens the last ${queries.length} read, and the ${queries.length} that the last one reads most are read`;

/** Few enough to be named, where not all have room. */
function shownPositions(pattern: readonly (readonly number[])[], room: number) {
  const count = pattern.length;
  const all = pattern.map((_, position) => position);
  if (count * CELL_PX.least <= room) return { queries: all, keys: all };
  const fitting = Math.max(1, Math.min(count, Math.floor(room / LEAST_NAMED_CELL_PX)));
  return {
    queries: all.slice(count - fitting),
    keys: topIndices(pattern.at(-1)!, fitting).sort((a, b) => a - b),
  };
}
