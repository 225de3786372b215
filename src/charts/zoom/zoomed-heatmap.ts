import { hasRoom, headName, numberOf } from "../maps/heatmap.ts";
import type { Box, Heatmap } from "../maps/heatmap.ts";
import type { CellWindow } from "./visible-cells.ts";

/** Where the cells of a map of heads lie, the gap after the last ones included. */
export function cellArea({ rows, columns }: Heatmap): Box {
  const [first, second] = rows[0]?.cells ?? [];
  const below = rows[1];
  if (!first) return { x: 0, y: 0, width: 0, height: 0 };
  const across = second ? second.x - first.x : first.width;
  const down = below ? below.y - first.y : first.height;
  return { x: first.x, y: first.y, width: across * columns.length, height: down * rows.length };
}

/** A map with only some of its heads, as large as the whole. The sums stay those of whole layers. */
export function zoomedHeatmap(map: Heatmap, { row, col, rows, cols }: CellWindow): Heatmap {
  const area = cellArea(map);
  const whole = map.rows[0]!.cells[0]!;
  const gap = { x: area.width / map.columns.length - whole.width, y: area.height / map.rows.length - whole.height };
  const step = { x: area.width / cols, y: area.height / rows };
  const width = step.x - gap.x;
  const height = step.y - gap.y;
  const hasNumbers = hasRoom(width);
  return {
    ...map,
    hasNumbers,
    columns: map.columns.slice(col, col + cols).map(({ head }, index) => ({
      head,
      x: area.x + index * step.x + width / 2,
      label: headName(head, step.x),
    })),
    rows: map.rows.slice(row, row + rows).map((layer, index) => {
      const y = area.y + index * step.y;
      return {
        ...layer,
        y,
        height,
        sumBar: { ...layer.sumBar, y: y + (height - layer.sumBar.height) / 2 },
        cells: layer.cells.slice(col, col + cols).map((cell, at) => ({
          ...cell,
          x: area.x + at * step.x,
          y,
          width,
          height,
          label: hasNumbers ? numberOf(cell.effect, map.isPlain) : "",
        })),
      };
    }),
  };
}
