import type { Box } from "../maps/heatmap.ts";

/** A zoom as d3 writes it: what lies at p in the whole map is seen at k · p + (x, y), in CSS pixels. */
export interface Zoom {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

/** The whole map. */
export const WHOLE: Zoom = { k: 1, x: 0, y: 0 };

export interface CellCounts {
  readonly rows: number;
  readonly cols: number;
}

/** The part of a map that is seen: so many rows and columns, from this one on. */
export interface CellWindow extends CellCounts {
  readonly row: number;
  readonly col: number;
}

/** Cells of a map side by side that a zoom goes to at the closest: with room for their numbers. */
const CLOSEST_CELLS = 8;

/** The largest k of a map. */
export const closest = ({ rows, cols }: CellCounts) => Math.max(1, Math.max(rows, cols) / CLOSEST_CELLS);

/**
 * The cells of a map that are seen under a zoom, in whole cells: n / k of n, beginning with the edge that lies nearest to the area's.
 *
 * @param area where the cells lie, the same for every zoom
 */
export function visibleCells({ k, x, y }: Zoom, area: Box, { rows, cols }: CellCounts): CellWindow {
  const down = seen((area.y - y) / k - area.y, area.height, rows, k);
  const across = seen((area.x - x) / k - area.x, area.width, cols, k);
  return { row: down.first, rows: down.count, col: across.first, cols: across.count };
}

/** Along one direction: `from` in pixels of the whole map, of which `size` pixels hold `cells`. */
function seen(from: number, size: number, cells: number, k: number) {
  const count = within(Math.round(cells / k), 1, cells);
  return { count, first: within(Math.round((from * cells) / size), 0, cells - count) };
}

/** The zoom, as close, under which a cell is seen: moved no further than it takes. */
export function zoomOnto(
  { k }: Zoom,
  window: CellWindow,
  cell: { readonly row: number; readonly col: number },
  area: Box,
  whole: CellCounts,
): Zoom {
  const row = within(window.row, cell.row - window.rows + 1, cell.row);
  const col = within(window.col, cell.col - window.cols + 1, cell.col);
  return {
    k,
    x: area.x - k * (area.x + (col * area.width) / whole.cols),
    y: area.y - k * (area.y + (row * area.height) / whole.rows),
  };
}

export const isInWindow = (window: CellWindow, { row, col }: { readonly row: number; readonly col: number }) =>
  row >= window.row && row < window.row + window.rows && col >= window.col && col < window.col + window.cols;

const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
