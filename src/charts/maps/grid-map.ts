import { inkOn } from "../colour.ts";
import type { DivergingScale } from "../colour.ts";
import { clip } from "../marks/clip.ts";
import { short } from "../number-format.ts";
import type { Box } from "./heatmap.ts";

/** A column's name, and below it the other one where the two prompts differ. */
export interface GridColumn {
  readonly label: string;
  readonly other?: string | undefined;
}

export interface GridCell extends Box {
  readonly row: number;
  readonly col: number;
  readonly fill: string;
  readonly ink: string;
  /** "" where it has no room, or no number. */
  readonly label: string;
}

/** Names of rows and columns as they have room, and a cell for each number. All lengths in CSS pixels. */
export interface GridMap {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** True: too narrow for names that lie, so that they stand. */
  readonly isUpright: boolean;
  readonly rows: readonly { readonly y: number; readonly label: string }[];
  readonly columns: readonly (GridColumn & { readonly x: number })[];
  readonly cells: readonly (readonly GridCell[])[];
}

export interface GridNames {
  readonly rows: readonly string[];
  readonly columns: readonly GridColumn[];
}

interface GridLook {
  readonly width: number;
  readonly scale: DivergingScale;
  /** The number that nothing is done by: it has the colour of 0. */
  readonly base: number;
  /** A cell’s number, in few characters; left out, as a number. */
  readonly write?: (value: number) => string;
}

const GAP_PX = 2;
const CHARACTER_PX = 6.8;
const LABEL_GAP_PX = 8;
const MAX_ROW_LABEL_PX = 84;
const CELL_WIDTH_PX = { least: 14, most: 84 };
const CELL_HEIGHT_PX = { least: 14, most: 30 };
/** Height of all rows together, where they have the choice. */
const ROOM_DOWN_PX = 360;
/** Narrower columns have their names upright, narrower cells no number. */
const LEAST_LYING_PX = 36;
const UPRIGHT_PX = 76;
const LINE_PX = 15;

/**
 * A map of rows and columns that have names: layers by the tokens of two prompts, or by heads.
 */
export function gridMap(
  values: readonly (readonly number[])[],
  names: GridNames,
  { width, scale, base, write = short }: GridLook,
): GridMap {
  const longest = Math.max(2, ...names.rows.map(({ length }) => length));
  const left = Math.min(MAX_ROW_LABEL_PX, longest * CHARACTER_PX + LABEL_GAP_PX);
  const count = Math.max(1, names.columns.length);
  const cellWidth = within((width - left) / count, CELL_WIDTH_PX);
  const cellHeight = within(ROOM_DOWN_PX / Math.max(1, values.length), CELL_HEIGHT_PX);
  const isUpright = cellWidth < LEAST_LYING_PX;
  const hasOther = names.columns.some(({ other }) => other !== undefined);
  const top = isUpright ? UPRIGHT_PX : LINE_PX * (hasOther ? 2 : 1) + LABEL_GAP_PX / 2;
  const room = Math.floor((isUpright ? UPRIGHT_PX - LABEL_GAP_PX : cellWidth - GAP_PX) / CHARACTER_PX);
  const cut = (text: string) => clip(text, isUpright && hasOther ? Math.floor(room / 2) : room);
  return {
    width: left + cellWidth * count,
    height: top + cellHeight * values.length,
    left,
    top,
    cellWidth,
    cellHeight,
    isUpright,
    rows: names.rows.map((label, row) => ({
      y: top + row * cellHeight,
      label: clip(label, (left - 4) / CHARACTER_PX),
    })),
    columns: names.columns.map(({ label, other }, col) => ({
      x: left + (col + 0.5) * cellWidth,
      label: cut(label),
      ...(other !== undefined && { other: cut(other) }),
    })),
    cells: values.map((row, at) =>
      row.map((value, col) => {
        const isKnown = !Number.isNaN(value);
        const fill = isKnown ? scale.colour(value - base) : "none";
        return {
          row: at,
          col,
          x: left + col * cellWidth,
          y: top + at * cellHeight,
          width: cellWidth - GAP_PX,
          height: cellHeight - GAP_PX,
          fill,
          ink: inkOn(isKnown ? fill : scale.colour(0)),
          label: isKnown && !isUpright ? write(value) : "",
        };
      }),
    ),
  };
}

/** The cell under a point; undefined outside. */
export function gridCellAt(map: GridMap, x: number, y: number): GridCell | undefined {
  const col = Math.floor((x - map.left) / map.cellWidth);
  const row = Math.floor((y - map.top) / map.cellHeight);
  return map.cells[row]?.[col];
}

const within = (value: number, { least, most }: { readonly least: number; readonly most: number }) =>
  Math.max(least, Math.min(most, value));
