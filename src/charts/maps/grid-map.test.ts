import { describe, expect, test } from "vitest";
import { divergingScale } from "../colour.ts";
import { legend } from "../legend.ts";
import { figureInks } from "../marks/figure-inks.ts";
import type { Mark } from "../marks/mark.ts";
import { gridCellAt, gridMap } from "./grid-map.ts";
import { gridFigure, gridMarks } from "./grid-map-marks.ts";

const scale = divergingScale(1, "linear", false);
const VALUES = [
  [0, 1, Number.NaN],
  [0.5, -1, 0.25],
];
const NAMES = { rows: ["L0", "L1"], columns: [{ label: "9" }, { label: "-", other: "+" }, { label: "=" }] };
const drawn = (width: number, names = NAMES) => gridMap(VALUES, names, { width, scale, base: 0 });
const textsOf = (marks: readonly Mark[]): string[] =>
  marks.flatMap(({ text, children = [] }) => [...(text === undefined ? [] : [text]), ...textsOf(children)]);

test("every cell has its place, and a point finds it again", () => {
  const map = drawn(400);
  for (const cell of map.cells.flat()) {
    expect(gridCellAt(map, cell.x + 1, cell.y + 1)).toBe(cell);
  }
  expect(gridCellAt(map, map.left - 1, map.top + 1)).toBeUndefined();
  expect(gridCellAt(map, map.width + 1, map.top + 1)).toBeUndefined();
  expect(map.cells.flat().map(({ x, width }) => x + width < map.width)).not.toContain(false);
});

test("colours are by the distance from the run as it is; what is not known has none", () => {
  const fills = gridMap(VALUES, NAMES, { width: 400, scale, base: 1 })
    .cells.flat()
    .map(({ fill }) => fill);
  expect(fills).toEqual(
    [-1, 0, Number.NaN, -0.5, -2, -0.75].map((value) => (Number.isNaN(value) ? "none" : scale.colour(value))),
  );
});

describe("names", () => {
  test("of both prompts where they differ, of one where they do not", () => {
    expect(textsOf(gridMarks(drawn(400), figureInks(false))).slice(0, 6)).toEqual(["L0", "L1", "9", "-", "+", "="]);
  });

  test("stand upright where columns are narrow, which then have no numbers in them", () => {
    const names = {
      ...NAMES,
      columns: Array.from({ length: 3 }, () => ({ label: "a long token", other: "another token" })),
    };
    const map = drawn(110, names);
    expect(map.isUpright).toBe(true);
    expect(map.cells.flat().every(({ label }) => label === "")).toBe(true);
    expect(map.columns.every(({ label, other = "" }) => label.length <= 5 && other.length <= 5)).toBe(true);
  });
});

test("a file has the map with the key to its colours", () => {
  const { width, height, marks } = gridFigure(drawn(400), legend(scale), "0 corrupted, 1 clean", figureInks(false));
  expect(textsOf(marks).at(-1)).toBe("0 corrupted, 1 clean");
  expect(height).toBeGreaterThan(drawn(400).height);
  expect(width).toBeGreaterThan(400);
});
