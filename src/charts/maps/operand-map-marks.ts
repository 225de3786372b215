import type { FigureInks } from "../marks/figure-inks.ts";
import type { Legend } from "../legend.ts";
import { LEGEND_HEIGHT_PX, legendMarks } from "../marks/legend-marks.ts";
import { MONO, group, text } from "../marks/mark.ts";
import type { Mark, MarkedFigure } from "../marks/mark.ts";
import type { OperandMap } from "./operand-map.ts";

const GAP_PX = 16;

/** The map with its axes, as the page and a file have it. */
export function operandMarks(map: OperandMap, { soft, rule }: FigureInks): Mark[] {
  const label = (x: number, y: number, content: string, anchor: string, fill = soft) =>
    text(x, y, content, { "text-anchor": anchor, fill, "font-family": MONO, "font-size": 10 });
  return [
    label(map.left + (map.step * map.cols) / 2, 12, "b →", "middle"),
    label(0, 12, "a ↓", "start"),
    ...map.bTicks.map(({ at, label: tick }) => label(at, map.top - 6, tick, "middle")),
    ...map.aTicks.map(({ at, label: tick }) => label(map.left - 6, at + 3.5, tick, "end")),
    ...map.paths.map(({ fill, d }): Mark => ({ key: fill, tag: "path", attrs: { d, fill } })),
    ...(map.unknown ? [{ tag: "path", attrs: { d: map.unknown, fill: "none", stroke: rule } } as const] : []),
    ...map.labels.map(({ x, y, text: content, ink }) => label(x, y + 3.5, content, "middle", ink)),
  ];
}

/** The map with the key to its colours below it. */
export const operandFigure = (map: OperandMap, key: Legend, unit: string, inks: FigureInks): MarkedFigure => ({
  width: map.width,
  height: map.height + GAP_PX + LEGEND_HEIGHT_PX,
  marks: [
    ...operandMarks(map, inks),
    group(legendMarks(key, unit, inks), { transform: `translate(${map.left} ${map.height + GAP_PX})` }),
  ],
});
