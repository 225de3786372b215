import { formatHead } from "#model/ids.ts";
import { inkOn } from "../colour.ts";
import type { DivergingScale } from "../colour.ts";
import type { FigureInks } from "../marks/figure-inks.ts";
import { text, titled } from "../marks/mark.ts";
import type { Mark, MarkedFigure } from "../marks/mark.ts";

/** One map of layers × heads. */
export interface HeadMap {
  readonly name: string;
  /** [layer][head]; NaN where nothing is known. */
  readonly values: readonly (readonly number[])[];
}

export interface HeadMapsOptions {
  readonly width: number;
  readonly inks: FigureInks;
  /** One for all, so that the maps can be compared. */
  readonly scale: DivergingScale;
  readonly format: (value: number) => string;
}

const TITLE_PX = 20;
const LABEL_PX = 26;
const GAP_PX = 20;
const MAX_CELL_PX = { width: 84, height: 30 };
const LEAST_MAP_PX = 150;
/** A map of many heads has a row to itself before its cells get narrower. */
const LEAST_CELL_PX = 6;
/** Room that a cell's number needs. */
const NUMBER_PX = 36;

/** Maps of layers (rows) × heads (columns) side by side, as many in a row as there is room for. */
export function headMaps(maps: readonly HeadMap[], { width, inks, scale, format }: HeadMapsOptions): MarkedFigure {
  const { length: layers } = maps[0]?.values ?? [];
  const heads = maps[0]?.values[0]?.length ?? 0;
  const leastWidth = Math.max(LEAST_MAP_PX, LABEL_PX + heads * LEAST_CELL_PX);
  const inRow = Math.max(1, Math.min(maps.length, Math.floor((width + GAP_PX) / (leastWidth + GAP_PX))));
  const mapWidth = (width - GAP_PX * (inRow - 1)) / inRow;
  const cell = {
    width: Math.min(MAX_CELL_PX.width, (mapWidth - LABEL_PX) / Math.max(heads, 1)),
    height: Math.min(MAX_CELL_PX.height, Math.max(8, 190 / Math.max(layers, 1))),
  };
  const mapHeight = TITLE_PX + 14 + layers * cell.height + GAP_PX;
  const marks = maps.flatMap((map, index) => {
    const left = (index % inRow) * (mapWidth + GAP_PX);
    const top = Math.floor(index / inRow) * mapHeight;
    return [
      text(left + LABEL_PX, top + 13, map.name, { fill: inks.ink, "font-size": 12, "font-weight": 600 }),
      ...axisMarks(left, top, { layers, heads, cell, fill: inks.soft }),
      ...map.values.flatMap((row, layer) =>
        row.flatMap((value, head) => {
          const x = left + LABEL_PX + head * cell.width;
          const y = top + TITLE_PX + 14 + layer * cell.height;
          return cellMarks({ x, y, ...cell }, { layer, head }, { value, name: map.name, scale, format });
        }),
      ),
    ];
  });
  return { width, height: Math.ceil(maps.length / inRow) * mapHeight, marks };
}

interface Axis {
  readonly layers: number;
  readonly heads: number;
  readonly cell: { readonly width: number; readonly height: number };
  readonly fill: string;
}

function axisMarks(left: number, top: number, { layers, heads, cell, fill }: Axis): Mark[] {
  const isShown = (index: number, size: number) => size >= 20 || index % 4 === 0;
  const columns = Array.from({ length: heads }, (_, head) => head).filter((head) => isShown(head, cell.width));
  const rows = Array.from({ length: layers }, (_, layer) => layer).filter((layer) => isShown(layer, cell.height * 1.6));
  return [
    ...columns.map((head) =>
      text(left + LABEL_PX + (head + 0.5) * cell.width, top + TITLE_PX + 10, `H${head}`, {
        "text-anchor": "middle",
        "font-size": 10,
        fill,
      }),
    ),
    ...rows.map((layer) =>
      text(left, top + TITLE_PX + 14 + (layer + 0.5) * cell.height + 4, `L${layer}`, { "font-size": 10, fill }),
    ),
  ];
}

interface Cell {
  readonly value: number;
  readonly name: string;
  readonly scale: DivergingScale;
  readonly format: (value: number) => string;
}

function cellMarks(
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  at: { readonly layer: number; readonly head: number },
  { value, name, scale, format }: Cell,
): Mark[] {
  if (Number.isNaN(value)) return [];
  const fill = scale.colour(value);
  const gap = Math.min(1, box.width / 8);
  const ground = { x: box.x + gap, y: box.y + 1, width: box.width - 2 * gap, height: box.height - 2 };
  const middle = { "text-anchor": "middle", "font-size": 10, fill: inkOn(fill) };
  return [
    titled({ tag: "rect", attrs: { ...ground, fill } }, `${formatHead(at)}, ${name}: ${format(value)}`),
    ...(box.width >= NUMBER_PX ? [text(box.x + box.width / 2, box.y + box.height / 2 + 4, format(value), middle)] : []),
  ];
}
