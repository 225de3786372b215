import type { Legend } from "../legend.ts";
import type { FigureInks } from "../marks/figure-inks.ts";
import { LEGEND_HEIGHT_PX, legendMarks } from "../marks/legend-marks.ts";
import { MONO, group, text } from "../marks/mark.ts";
import type { Mark, MarkedFigure } from "../marks/mark.ts";
import type { GridCell, GridMap } from "./grid-map.ts";

const GAP_PX = 16;

/** The map with its names; where the prompts differ the other's token stands below in the colour of what works against. */
export function gridMarks(map: GridMap, inks: FigureInks): Mark[] {
  return [
    group(
      [
        ...map.rows.map(({ y, label }) => text(0, y + map.cellHeight / 2 + 3, label)),
        ...map.columns.flatMap((column) => columnMarks(map, column, inks)),
      ],
      { "aria-hidden": "true", "font-family": MONO, fill: inks.soft },
    ),
    ...map.cells.map((row) =>
      group(
        row.flatMap((cell) => cellMarks(cell, inks)),
        { "aria-hidden": "true", "font-family": MONO },
      ),
    ),
  ];
}

function columnMarks(map: GridMap, { x, label, other }: GridMap["columns"][number], { series }: FigureInks): Mark[] {
  if (map.isUpright) {
    const upright = (at: number, content: string, fill?: string) =>
      text(0, 0, content, { transform: `translate(${x + 4} ${at}) rotate(-90)`, fill });
    const half = (map.top - 6) / 2;
    return [
      upright(map.top - 6, label),
      ...(other === undefined ? [] : [upright(map.top - 6 - half, other, series[1])]),
    ];
  }
  const lying = (y: number, content: string, fill?: string) => text(x, y, content, { "text-anchor": "middle", fill });
  return [lying(12, label), ...(other === undefined ? [] : [lying(27, other, series[1])])];
}

function cellMarks({ x, y, width, height, fill, ink, label }: GridCell, { rule }: FigureInks): Mark[] {
  const ground: Mark = { tag: "rect", attrs: { x, y, width, height, fill, stroke: rule, "stroke-width": 0.5 } };
  if (label === "") return [ground];
  return [ground, text(x + width / 2, y + height / 2 + 4, label, { "text-anchor": "middle", fill: ink })];
}

/** The map with the key to its colours below it. */
export const gridFigure = (map: GridMap, key: Legend, unit: string, inks: FigureInks): MarkedFigure => ({
  width: Math.max(map.width, map.left + 420),
  height: map.height + GAP_PX + LEGEND_HEIGHT_PX,
  marks: [
    ...gridMarks(map, inks),
    group(legendMarks(key, unit, inks), { transform: `translate(${map.left} ${map.height + GAP_PX})` }),
  ],
});
