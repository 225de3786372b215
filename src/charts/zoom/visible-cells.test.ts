import { describe, expect, test } from "vitest";
import { WHOLE, closest, isInWindow, visibleCells, zoomOnto } from "./visible-cells.ts";

/** 100 × 100 cells of 5 px, the first at (40, 36). */
const AREA = { x: 40, y: 36, width: 500, height: 500 };
const HUNDRED = { rows: 100, cols: 100 };

/** The zoom that has a point of the whole map at the corner of the area. */
const cornerAt = (k: number, x: number, y: number) => ({ k, x: AREA.x - k * x, y: AREA.y - k * y });

describe("the cells that are seen", () => {
  test.each([
    ["all of them, as they are", WHOLE, { row: 0, rows: 100, col: 0, cols: 100 }],
    // twice as close half of them: 250 px of the whole, here from 40 + 30 · 5 and 36 + 10 · 5 on
    ["half of them, twice as close", cornerAt(2, 190, 86), { row: 10, rows: 50, col: 30, cols: 50 }],
    // 100 / 3 is rounded to whole cells
    ["a third of them, in whole cells", cornerAt(3, 40, 36), { row: 0, rows: 33, col: 0, cols: 33 }],
    // 42 px are 0.4 of a cell, 44 px are 0.8
    ["from the edge that is nearest", cornerAt(2, 42, 40), { row: 1, rows: 50, col: 0, cols: 50 }],
    ["none beyond the last", cornerAt(2, 900, 900), { row: 50, rows: 50, col: 50, cols: 50 }],
    ["none before the first", cornerAt(2, -900, -900), { row: 0, rows: 50, col: 0, cols: 50 }],
  ])("are %s", (_what, zoom, window) => expect(visibleCells(zoom, AREA, HUNDRED)).toEqual(window));

  test("a map of other sides is cut along each of its own", () => {
    const wide = { x: 0, y: 0, width: 640, height: 64 };
    expect(visibleCells({ k: 4, x: -640, y: -64 }, wide, { rows: 32, cols: 64 })).toEqual({
      row: 8,
      rows: 8,
      col: 16,
      cols: 16,
    });
  });

  test("never none, however close", () => {
    expect(visibleCells(cornerAt(1000, 40, 36), AREA, HUNDRED)).toEqual({ row: 0, rows: 1, col: 0, cols: 1 });
  });
});

describe("what the keyboard stands on", () => {
  const zoom = cornerAt(4, 40 + 50 * 5, 36 + 50 * 5);
  const window = visibleCells(zoom, AREA, HUNDRED);

  test.each([
    ["inside nothing moves", { row: 60, col: 74 }, { row: 50, col: 50 }],
    ["below it comes to the last row", { row: 75, col: 60 }, { row: 51, col: 50 }],
    ["to the left it comes to the first column", { row: 50, col: 3 }, { row: 50, col: 3 }],
    ["in the corner it comes to both ends", { row: 99, col: 99 }, { row: 75, col: 75 }],
  ])("%s", (_what, cell, corner) => {
    expect(window).toEqual({ row: 50, rows: 25, col: 50, cols: 25 });
    const moved = visibleCells(zoomOnto(zoom, window, cell, AREA, HUNDRED), AREA, HUNDRED);
    expect(moved).toEqual({ ...corner, rows: 25, cols: 25 });
    expect(isInWindow(moved, cell)).toBe(true);
  });

  test("a cell is in a window up to its last row and column", () => {
    expect(isInWindow(window, { row: 74, col: 50 })).toBe(true);
    expect(isInWindow(window, { row: 75, col: 50 })).toBe(false);
    expect(isInWindow(window, { row: 60, col: 49 })).toBe(false);
  });
});

test("the closest a map is looked at from has eight cells side by side; a smaller map stays as it is", () => {
  expect(closest(HUNDRED)).toBe(12.5);
  expect(closest({ rows: 32, cols: 16 })).toBe(4);
  expect(closest({ rows: 5, cols: 5 })).toBe(1);
});
