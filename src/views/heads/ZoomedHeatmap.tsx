import { useLayoutEffect, useMemo, useRef } from "react";
import type { RefObject } from "react";
import { useStore } from "zustand";
import { cellId } from "#charts/maps/heatmap-marks.ts";
import { cellArea, zoomedHeatmap } from "#charts/zoom/zoomed-heatmap.ts";
import { view } from "#state/view.ts";
import { ZoomControls } from "../shared/figure/zoom/ZoomControls.tsx";
import { useCellZoom } from "../shared/figure/zoom/use-cell-zoom.ts";
import type { MapZoom } from "../shared/figure/zoom/use-cell-zoom.ts";
import { HeatmapFigure } from "./HeatmapFigure.tsx";
import type { HeatmapFigureProps } from "./HeatmapFigure.tsx";

/** The map of a model of many heads, which can be looked at from closer. */
export function ZoomedHeatmap({ map, below }: HeatmapFigureProps) {
  const host = useRef<HTMLDivElement>(null);
  const area = useMemo(() => cellArea(map), [map]);
  const zoom = useCellZoom(host, area, map.rows.length, map.columns.length);
  const { seen, isWhole } = zoom;
  const drawn = useMemo(() => (isWhole ? map : zoomedHeatmap(map, seen)), [map, isWhole, seen]);
  const under = useMemo(() => below && (isWhole ? below : zoomedHeatmap(below, seen)), [below, isWhole, seen]);
  useCursorInSight(host, zoom.show);
  const { row, rows, col, cols } = seen;
  return (
    <div ref={host} className="zoomable">
      <HeatmapFigure map={drawn} below={under} />
      <ZoomControls zoom={zoom} seen={`L${row} to L${row + rows - 1}, H${col} to H${col + cols - 1}`} />
    </div>
  );
}

/** Keeps the head that the keyboard stands on in sight, and the focus on it when the map moved for it. */
function useCursorInSight(host: RefObject<HTMLElement | null>, show: MapZoom["show"]) {
  const cursor = useStore(view, (state) => state.cursor);
  const followed = useRef(cursor);
  const isFocusOwed = useRef(false);
  useLayoutEffect(() => {
    const isInside = host.current?.contains(document.activeElement) ?? false;
    if (followed.current !== cursor) {
      followed.current = cursor;
      if (show({ row: cursor.layer, col: cursor.head })) {
        isFocusOwed.current = isInside;
        return;
      }
    }
    if (!isFocusOwed.current) return;
    const cell = host.current?.querySelector<SVGElement>(`#${cellId(cursor)}`);
    if (!cell) return;
    isFocusOwed.current = false;
    cell.focus();
  });
}
