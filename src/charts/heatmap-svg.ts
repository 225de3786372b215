import { MONO, figureSvg } from "./figure-svg.ts";
import type { FigureText } from "./figure-svg.ts";
import type { Box, Heatmap } from "./heatmap.ts";
import { LEGEND_HEIGHT_PX, legendSvg } from "./legend-svg.ts";
import type { Legend } from "./legend.ts";
import { nats } from "./number-format.ts";

/** The ground behind a number that the mark of what is off leaves free. */
const DIGITS_PX = { width: 34, height: 16 };
const GAP_PX = 16;

export function heatmapSvg(
  map: Heatmap,
  key: Legend,
  text: FigureText,
  isOff: (layer: number, head: number) => boolean,
): string {
  const marks = `${columnsOf(map)}${rowsOf(map, isOff)}<g transform="translate(32 ${map.height + GAP_PX})">${legendSvg(key, "nats")}</g>`;
  return figureSvg({ width: map.width, height: map.height + GAP_PX + LEGEND_HEIGHT_PX, marks }, text);
}

const columnsOf = (map: Heatmap) =>
  map.columns
    .map(
      ({ x, label }) => `<text x="${x}" y="16" text-anchor="middle" fill="#555" ${MONO} font-size="11">${label}</text>`,
    )
    .join("") + `<text x="${map.sumNumberX}" y="16" text-anchor="end" fill="#555">Σ</text>`;

const rowsOf = (map: Heatmap, isOff: (layer: number, head: number) => boolean) =>
  map.rows
    .map(({ layer, y, height, cells, sum, sumBar }) => {
      const middle = y + height / 2 + 4;
      const drawn = cells.map((cell) => {
        const box = `x="${cell.x}" y="${cell.y}" width="${cell.width}" height="${cell.height}"`;
        const label = cell.label
          ? `<text x="${cell.x + cell.width / 2}" y="${middle}" text-anchor="middle" fill="${cell.ink}" ${MONO} font-size="10">${cell.label}</text>`
          : "";
        const off = isOff(layer, cell.at.head)
          ? `<path d="M${cell.x} ${cell.y + cell.height}L${cell.x + cell.width} ${cell.y}" stroke="${cell.ink}"/>` +
            (label && `<rect ${digitsBox(cell)} fill="${cell.fill}"/>`)
          : "";
        return `<rect ${box} fill="${cell.fill}" stroke="#ccc" stroke-width="0.5"/>${off}${label}`;
      });
      const total =
        `<rect x="${sumBar.x}" y="${sumBar.y}" width="${sumBar.width}" height="${sumBar.height}" fill="${sum < 0 ? "#b2182b" : "#2166ac"}"/>` +
        `<text x="${map.sumNumberX}" y="${middle}" text-anchor="end" ${MONO} font-size="10">${nats(sum)}</text>`;
      return `<text x="0" y="${middle}" fill="#555" ${MONO} font-size="11">L${layer}</text>${drawn.join("")}${total}`;
    })
    .join("");

const digitsBox = ({ x, y, width, height }: Box) =>
  `x="${x + (width - DIGITS_PX.width) / 2}" y="${y + (height - DIGITS_PX.height) / 2}" width="${DIGITS_PX.width}" height="${DIGITS_PX.height}"`;
