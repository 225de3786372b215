import { select } from "d3-selection";
import { zoom as zoomBehaviour, zoomIdentity } from "d3-zoom";
import type { Box } from "../maps/heatmap.ts";
import type { Zoom } from "./visible-cells.ts";

/** The gestures of one map, until `destroy`. */
export interface CellZoom {
  /** Closer by a factor, or below 1 further away, about the middle of what is seen. */
  by(factor: number): void;
  to(zoom: Zoom): void;
  destroy(): void;
}

interface CellZoomOptions {
  /** Where the cells lie, in the coordinates of the map. */
  readonly area: Box;
  /** The largest k. */
  readonly most: number;
  readonly onZoom: (zoom: Zoom) => void;
}

/** Whether a wheel zooms: with Ctrl or Cmd, since alone it scrolls the page; a pinch on a trackpad is a wheel with Ctrl. */
const isWheelOfZoom = (event: WheelEvent) => event.ctrlKey || event.metaKey;
/** Whether a touch zooms: two fingers do, one scrolls the page. */
const isPinch = ({ touches }: TouchEvent) => touches.length > 1;

function isGesture(event: Event): boolean {
  if (event.type === "wheel") return isWheelOfZoom(event as WheelEvent);
  if (event.type.startsWith("touch")) return isPinch(event as TouchEvent);
  const { button, ctrlKey, metaKey } = event as MouseEvent;
  return button === 0 && !ctrlKey && !metaKey;
}

/** Zooms a map by wheel, pinch and drag, and shows the whole of it on a double click. */
export function cellZoom(map: SVGSVGElement, { area, most, onZoom }: CellZoomOptions): CellZoom {
  const extent: [[number, number], [number, number]] = [
    [area.x, area.y],
    [area.x + area.width, area.y + area.height],
  ];
  const behaviour = zoomBehaviour<SVGSVGElement, unknown>()
    .extent(extent)
    .translateExtent(extent)
    .scaleExtent([1, most])
    .filter(isGesture)
    .on("zoom", ({ transform: { k, x, y } }: { readonly transform: Zoom }) => onZoom({ k, x, y }));
  const host = select(map);
  host.call(behaviour).on("dblclick.zoom", () => host.call(behaviour.transform, zoomIdentity));
  return {
    by: (factor) => host.call(behaviour.scaleBy, factor),
    to: ({ k, x, y }) => host.call(behaviour.transform, zoomIdentity.translate(x, y).scale(k)),
    destroy() {
      host.call(behaviour.transform, zoomIdentity).on(".zoom", null);
    },
  };
}
