import type { FigureInks } from "../marks/figure-inks.ts";
import { LEGEND_HEIGHT_PX, legendMarks } from "../marks/legend-marks.ts";
import { effectUnit } from "../legend.ts";
import type { Legend } from "../legend.ts";
import { group } from "../marks/mark.ts";
import type { MarkedFigure } from "../marks/mark.ts";
import type { Heatmap } from "./heatmap.ts";
import { heatmapMarks } from "./heatmap-marks.ts";

const GAP_PX = 16;

/** The map for a file: of the model as it is, since what is ablated on the page has no part in its numbers. */
export const heatmapFigure = (map: Heatmap, key: Legend, inks: FigureInks): MarkedFigure => ({
  width: map.width,
  height: map.height + GAP_PX + LEGEND_HEIGHT_PX,
  marks: [
    ...heatmapMarks(map, inks),
    group(legendMarks(key, effectUnit(map.isPlain), inks), { transform: `translate(32 ${map.height + GAP_PX})` }),
  ],
});
