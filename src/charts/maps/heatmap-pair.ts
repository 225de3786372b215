import { LEGEND_HEIGHT_PX, legendMarks } from "../marks/legend-marks.ts";
import type { Legend } from "../legend.ts";
import type { FigureInks } from "../marks/figure-inks.ts";
import { group, text } from "../marks/mark.ts";
import type { MarkedFigure } from "../marks/mark.ts";
import { fitted } from "../marks/text-width.ts";
import type { Heatmap } from "./heatmap.ts";
import { heatmapMarks } from "./heatmap-marks.ts";

const GAP_PX = 24;
const TITLE_PX = 20;
const TITLE_SIZE = 12;
const LEGEND_GAP_PX = 16;

/** Two maps on one scale beside each other, each under its title, with one key. */
export function heatmapPair(
  pair: readonly { readonly title: string; readonly map: Heatmap }[],
  key: Legend,
  inks: FigureInks,
): MarkedFigure {
  let x = 0;
  const maps = pair.map(({ title, map }) => {
    const name = text(0, 12, fitted(title, map.width, TITLE_SIZE), { "font-size": TITLE_SIZE, fill: inks.ink });
    const cells = group(heatmapMarks(map, inks), { transform: `translate(0 ${TITLE_PX})` });
    const part = group([name, cells], { transform: `translate(${x} 0)` });
    x += map.width + GAP_PX;
    return part;
  });
  const height = TITLE_PX + Math.max(...pair.map(({ map }) => map.height));
  return {
    width: x - GAP_PX,
    height: height + LEGEND_GAP_PX + LEGEND_HEIGHT_PX,
    marks: [...maps, group(legendMarks(key, "nats", inks), { transform: `translate(32 ${height + LEGEND_GAP_PX})` })],
  };
}
