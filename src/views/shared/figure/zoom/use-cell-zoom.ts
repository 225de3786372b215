import { useEffect, useMemo, useRef, useState } from "react";
import type { RefObject } from "react";
import type { Box } from "#charts/maps/heatmap.ts";
import { cellZoom } from "#charts/zoom/cell-zoom.ts";
import type { CellZoom } from "#charts/zoom/cell-zoom.ts";
import { isLargeMap } from "#charts/zoom/large-map.ts";
import { WHOLE, closest, isInWindow, visibleCells, zoomOnto } from "#charts/zoom/visible-cells.ts";
import type { CellWindow } from "#charts/zoom/visible-cells.ts";
import type { CellPlace } from "../CellGrid.tsx";

/** A zoom of a map on the page. */
export interface MapZoom {
  readonly seen: CellWindow;
  readonly isWhole: boolean;
  readonly isClosest: boolean;
  readonly by: (factor: number) => void;
  readonly all: () => void;
  /** Moves what is seen as far as it takes to see a cell; whether it had to. */
  readonly show: (cell: CellPlace) => boolean;
}

/**
 * A zoom of the map inside an element, by gestures on the map and by what it returns; a small map stays whole. What the page exports
 * is drawn without it.
 *
 * @param host what holds the map's SVG element
 * @param area where the cells of the whole map lie; another one shows the whole again
 */
export function useCellZoom(host: RefObject<HTMLElement | null>, area: Box, rows: number, cols: number): MapZoom {
  const [zoom, setZoom] = useState(WHOLE);
  const gestures = useRef<CellZoom>(undefined);
  const { x, y, width, height } = area;
  useEffect(() => {
    const map = host.current?.querySelector("svg");
    if (!map || !isLargeMap(rows, cols)) return;
    const most = closest({ rows, cols });
    const made = cellZoom(map, { area: { x, y, width, height }, most, onZoom: setZoom });
    gestures.current = made;
    return () => made.destroy();
  }, [host, x, y, width, height, rows, cols]);
  const { row, rows: down, col, cols: across } = visibleCells(zoom, { x, y, width, height }, { rows, cols });
  // a gesture moves by pixels, the map by whole cells: it is laid out anew only where another cell is seen
  const seen = useMemo(() => ({ row, rows: down, col, cols: across }), [row, down, col, across]);
  return useMemo(() => {
    const box = { x, y, width, height };
    return {
      seen,
      isWhole: seen.rows === rows && seen.cols === cols,
      isClosest: zoom.k >= closest({ rows, cols }),
      by: (factor) => gestures.current?.by(factor),
      all: () => gestures.current?.to(WHOLE),
      show(cell) {
        if (isInWindow(seen, cell)) return false;
        gestures.current?.to(zoomOnto(zoom, seen, cell, box, { rows, cols }));
        return true;
      },
    };
  }, [zoom, seen, x, y, width, height, rows, cols]);
}
