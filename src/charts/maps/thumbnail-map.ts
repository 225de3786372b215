import { divergingScale, symmetricLimit } from "../colour.ts";
import type { Mark, MarkedFigure } from "../marks/mark.ts";

/** Sides of a cell, of which a hairline is left out. */
const CELL = 10;
const HAIRLINE = 0.5;

/** Rows of cells without a word: a map at the size of a stamp. */
export function thumbnailMap(rows: readonly (readonly number[])[], isDark: boolean): MarkedFigure {
  const { colour } = divergingScale(symmetricLimit(rows.flat()), "linear", isDark);
  const size = CELL - HAIRLINE;
  return {
    width: (rows[0]?.length ?? 0) * CELL,
    height: rows.length * CELL,
    marks: rows.flatMap((row, y) =>
      row.map((value, x): Mark => ({
        tag: "rect",
        attrs: {
          x: x * CELL + HAIRLINE / 2,
          y: y * CELL + HAIRLINE / 2,
          width: size,
          height: size,
          fill: colour(value),
        },
      })),
    ),
  };
}
