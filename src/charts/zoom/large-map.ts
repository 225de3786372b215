/** Below this many cells along one side a map is seen well as a whole. */
const LARGE_CELLS = 32;

/** Whether a map has so many cells that it is worth a zoom. */
export const isLargeMap = (rows: number, cols: number) => Math.min(rows, cols) >= LARGE_CELLS;
