import { figureSvg, escapeXml, MONO } from "./figure-svg.ts";
import type { FigureText } from "./figure-svg.ts";
import type { OperandMap } from "./operand-map.ts";
import { legendSvg, LEGEND_HEIGHT_PX } from "./legend-svg.ts";
import type { Legend } from "./legend.ts";

const GAP_PX = 16;

/** An operand plot as a figure of its own. */
export function operandMapSvg(map: OperandMap, key: Legend, unit: string, text: FigureText): string {
  const label = (x: number, y: number, content: string, anchor: string, fill = "#555") =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}" ${MONO} font-size="10">${escapeXml(content)}</text>`;
  const marks = [
    label(map.left + (map.step * map.cols) / 2, 12, "b →", "middle"),
    label(0, 12, "a ↓", "start"),
    ...map.bTicks.map(({ at, label: tick }) => label(at, map.top - 6, tick, "middle")),
    ...map.aTicks.map(({ at, label: tick }) => label(map.left - 6, at + 3.5, tick, "end")),
    ...map.paths.map(({ fill, d }) => `<path d="${d}" fill="${fill}"/>`),
    map.unknown && `<path d="${map.unknown}" fill="none" stroke="#ccc" stroke-width="0.5"/>`,
    ...map.labels.map(({ x, y, text: content, ink }) => label(x, y + 3.5, content, "middle", ink)),
    `<g transform="translate(${map.left} ${map.height + GAP_PX})">${legendSvg(key, unit)}</g>`,
  ];
  return figureSvg({ width: map.width, height: map.height + GAP_PX + LEGEND_HEIGHT_PX, marks: marks.join("") }, text);
}
