import { inkOn } from "../colour.ts";
import { sequentialScale } from "../sequential-colour.ts";
import type { FigureInks } from "../marks/figure-inks.ts";
import { MONO, text, titled } from "../marks/mark.ts";
import type { Mark, MarkedFigure } from "../marks/mark.ts";
import type { Box } from "./heatmap.ts";

/** What one residual says. */
export interface LensCell {
  readonly label: string;
  /** 0 to 1: how strong its colour is. */
  readonly share: number;
  /** For whoever rests the pointer on it. */
  readonly title: string;
}

export interface LensMapOptions {
  /** The stages, the embedding first: it stands at the top. */
  readonly rows: readonly string[];
  /** The prompt's tokens. */
  readonly columns: readonly string[];
  readonly width: number;
  readonly inks: FigureInks;
  readonly isDark: boolean;
}

/** The map, and where its cells lie. */
export interface LensMap extends MarkedFigure {
  readonly rows: number;
  readonly columns: number;
  readonly boxOf: (row: number, column: number) => Box;
}

const LEFT_PX = 40;
const TOP_PX = 22;
const ROW_PX = 22;
const CELL_PX = { least: 44, most: 96 };
/** Width of a character of the cells' face. */
const CHARACTER_PX = 6.1;
const GAP_PX = 1;

/** Stages (rows) × positions (columns): each cell with the token that it says, in a colour of how sure it is. */
export function lensMap(
  cells: readonly (readonly LensCell[])[],
  { rows, columns, width, inks, isDark }: LensMapOptions,
): LensMap {
  const size = Math.max(CELL_PX.least, Math.min(CELL_PX.most, (width - LEFT_PX) / Math.max(1, columns.length)));
  const colour = sequentialScale(isDark);
  const room = Math.floor((size - 6) / CHARACTER_PX);
  const boxOf = (row: number, column: number): Box => ({
    x: LEFT_PX + column * size,
    y: TOP_PX + row * ROW_PX,
    width: size - GAP_PX,
    height: ROW_PX - GAP_PX,
  });
  const mono = { "font-family": MONO, "font-size": 10 };
  const marks: Mark[] = [
    ...columns.map((token, column) =>
      text(LEFT_PX + (column + 0.5) * size, 13, shortened(token, room), {
        ...mono,
        "text-anchor": "middle",
        fill: inks.ink,
      }),
    ),
    ...rows.map((name, row) => text(0, TOP_PX + (row + 0.5) * ROW_PX + 3, name, { ...mono, fill: inks.soft })),
    ...cells.flatMap((row, stage) =>
      row.flatMap(({ label, share, title }, column) => {
        const box = boxOf(stage, column);
        const fill = colour(share);
        return [
          titled({ tag: "rect", attrs: { ...box, fill } }, title),
          text(box.x + box.width / 2, box.y + box.height / 2 + 3.5, shortened(label, room), {
            ...mono,
            "text-anchor": "middle",
            fill: inkOn(fill),
            "pointer-events": "none",
          }),
        ];
      }),
    ),
  ];
  return {
    width: LEFT_PX + size * columns.length,
    height: TOP_PX + ROW_PX * rows.length,
    marks,
    rows: rows.length,
    columns: columns.length,
    boxOf,
  };
}

/** The cell under a point, undefined beside the map. */
export function lensCellAt(
  { rows, columns, boxOf }: LensMap,
  x: number,
  y: number,
): { readonly row: number; readonly column: number } | undefined {
  const origin = boxOf(0, 0);
  const column = Math.floor((x - origin.x) / (origin.width + GAP_PX));
  const row = Math.floor((y - origin.y) / (origin.height + GAP_PX));
  return row >= 0 && row < rows && column >= 0 && column < columns ? { row, column } : undefined;
}

const shortened = (label: string, room: number) => {
  const characters = [...label];
  return characters.length <= room ? label : `${characters.slice(0, Math.max(1, room - 1)).join("")}…`;
};
