import { MONO, figureSvg } from "./figure-svg.ts";
import type { FigureText } from "./figure-svg.ts";
import type { Heatmap } from "./heatmap.ts";
import { LEGEND_HEIGHT_PX, legendSvg } from "./legend-svg.ts";
import type { Legend } from "./legend.ts";
import { nats } from "./number-format.ts";

const GAP_PX = 16;

/** The map of the model as it is: what is switched off on the page has no part in its numbers, and no mark in it. */
export function heatmapSvg(map: Heatmap, key: Legend, text: FigureText): string {
  const marks = `${columnsOf(map)}${rowsOf(map)}<g transform="translate(32 ${map.height + GAP_PX})">${legendSvg(key, "nats")}</g>`;
  return figureSvg({ width: map.width, height: map.height + GAP_PX + LEGEND_HEIGHT_PX, marks }, text);
}

const columnsOf = (map: Heatmap) =>
  map.columns
    .map(
      ({ x, label }) => `<text x="${x}" y="16" text-anchor="middle" fill="#555" ${MONO} font-size="11">${label}</text>`,
    )
    .join("") + `<text x="${map.sumNumberX}" y="16" text-anchor="end" fill="#555">Σ</text>`;

const rowsOf = (map: Heatmap) =>
  map.rows
    .map(({ layer, y, height, cells, sum, sumBar }) => {
      const middle = y + height / 2 + 4;
      const drawn = cells.map((cell) => {
        const box = `x="${cell.x}" y="${cell.y}" width="${cell.width}" height="${cell.height}"`;
        const label = cell.label
          ? `<text x="${cell.x + cell.width / 2}" y="${middle}" text-anchor="middle" fill="${cell.ink}" ${MONO} font-size="10">${cell.label}</text>`
          : "";
        return `<rect ${box} fill="${cell.fill}" stroke="#ccc" stroke-width="0.5"/>${label}`;
      });
      const total =
        `<rect x="${sumBar.x}" y="${sumBar.y}" width="${sumBar.width}" height="${sumBar.height}" fill="${sum < 0 ? "#b2182b" : "#2166ac"}"/>` +
        `<text x="${map.sumNumberX}" y="${middle}" text-anchor="end" ${MONO} font-size="10">${nats(sum)}</text>`;
      return `<text x="0" y="${middle}" fill="#555" ${MONO} font-size="11">L${layer}</text>${drawn.join("")}${total}`;
    })
    .join("");
