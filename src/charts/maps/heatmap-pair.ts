import { LEGEND_HEIGHT_PX, legendMarks } from "../marks/legend-marks.ts";
import { effectUnit } from "../legend.ts";
import type { Legend } from "../legend.ts";
import type { FigureInks } from "../marks/figure-inks.ts";
import { group, text } from "../marks/mark.ts";
import type { MarkedFigure } from "../marks/mark.ts";
import { fitted } from "../marks/text-width.ts";
import type { Heatmap } from "./heatmap.ts";
import { heatmapMarks } from "./heatmap-marks.ts";

/** Of each map: narrower ones stand below each other. */
const LEAST_PX = 300;
const GAP_PX = 24;
const TITLE_PX = 20;
const TITLE_SIZE = 12;
const LEGEND_GAP_PX = 16;

/** How two maps stand in a room: whether below each other, and how wide each may be. */
export function pairRoom(width: number): { readonly isStacked: boolean; readonly mapPx: number } {
  const isStacked = width < 2 * LEAST_PX + GAP_PX;
  return { isStacked, mapPx: isStacked ? width : (width - GAP_PX) / 2 };
}

/** Two maps on one scale beside each other, or below each other where `pairRoom` says so, each under its title, with one key. */
export function heatmapPair(
  pair: readonly { readonly title: string; readonly map: Heatmap }[],
  key: Legend,
  { inks, isStacked }: { readonly inks: FigureInks; readonly isStacked: boolean },
): MarkedFigure {
  let [x, y] = [0, 0];
  const maps = pair.map(({ title, map }) => {
    const name = text(0, 12, fitted(title, map.width, TITLE_SIZE), { "font-size": TITLE_SIZE, fill: inks.ink });
    const cells = group(heatmapMarks(map, inks), { transform: `translate(0 ${TITLE_PX})` });
    const part = group([name, cells], { transform: `translate(${x} ${y})` });
    if (isStacked) y += TITLE_PX + map.height + GAP_PX;
    else x += map.width + GAP_PX;
    return part;
  });
  const unit = effectUnit(pair.some(({ map }) => map.isPlain));
  const widest = Math.max(...pair.map(({ map }) => map.width));
  const highest = Math.max(...pair.map(({ map }) => map.height));
  const height = isStacked ? y - GAP_PX : TITLE_PX + highest;
  return {
    width: isStacked ? widest : x - GAP_PX,
    height: height + LEGEND_GAP_PX + LEGEND_HEIGHT_PX,
    marks: [...maps, group(legendMarks(key, unit, inks), { transform: `translate(32 ${height + LEGEND_GAP_PX})` })],
  };
}
