import { expect, test } from "vitest";
import { divergingScale } from "../colour.ts";
import { heatmap } from "../maps/heatmap.ts";
import { boxAt, operandMap } from "../maps/operand-map.ts";
import { plotScale } from "../plots/plot-scale.ts";
import { cellArea, zoomedHeatmap } from "./zoomed-heatmap.ts";
import { operandArea, zoomedOperandMap } from "./zoomed-operand-map.ts";

const SIDE = 32;
/** Each number says where it stands: layer and head, or a and b. */
const NUMBERS = Array.from({ length: SIDE }, (_, row) => Array.from({ length: SIDE }, (_each, col) => row + col / 100));
const WINDOW = { row: 8, rows: 16, col: 24, cols: 8 };

test("a map of heads from closer has those heads, as large as the whole, with numbers where they fit", () => {
  const whole = heatmap(NUMBERS, 720, divergingScale(40, "linear", false));
  const zoomed = zoomedHeatmap(whole, WINDOW);
  expect(whole.hasNumbers).toBe(false);
  expect(zoomed.hasNumbers).toBe(true);
  expect([zoomed.width, zoomed.height]).toEqual([whole.width, whole.height]);
  expect(zoomed.rows.map(({ layer }) => layer)).toEqual(Array.from({ length: 16 }, (_, index) => 8 + index));
  expect(zoomed.columns.map(({ label }) => label)).toEqual(["H24", "H25", "H26", "H27", "H28", "H29", "H30", "H31"]);
  expect(zoomed.rows[0]!.cells[1]).toMatchObject({ at: { layer: 8, head: 25 }, effect: 8.25, label: "8.25" });
  const [was, is] = [cellArea(whole), cellArea(zoomed)];
  for (const side of ["x", "y", "width", "height"] as const) expect(is[side]).toBeCloseTo(was[side], 9);
});

test("a layer's sum stays that of all its heads, beside the row", () => {
  const whole = heatmap(NUMBERS, 720, divergingScale(40, "linear", false));
  const [row] = zoomedHeatmap(whole, WINDOW).rows;
  const { sum, sumBar } = whole.rows[8]!;
  expect(row!.sum).toBe(sum);
  expect([row!.sumBar.x, row!.sumBar.width]).toEqual([sumBar.x, sumBar.width]);
  expect(row!.sumBar.y + row!.sumBar.height / 2).toBeCloseTo(row!.y + row!.height / 2, 9);
});

test("a map of operands from closer has those operands, as wide as the whole, with numbers where they fit", () => {
  const scale = plotScale("signed", NUMBERS.flat(), false);
  const options = { aFrom: 10, bFrom: 0, width: 720, scale };
  const whole = operandMap(NUMBERS, options);
  const zoomed = zoomedOperandMap(whole, NUMBERS, { row: 8, rows: 8, col: 24, cols: 8 }, options);
  expect(whole.labels).toEqual([]);
  expect(operandArea(zoomed)).toEqual(operandArea(whole));
  expect(zoomed.aTicks.map(({ label }) => label)).toEqual(["18", "19", "20", "21", "22", "23", "24", "25"]);
  expect(zoomed.bTicks.map(({ label }) => label)).toEqual(["24", "25", "26", "27", "28", "29", "30", "31"]);
  expect(zoomed.labels.map(({ text }) => text).slice(0, 2)).toEqual(["8.24", "8.25"]);
  expect(boxAt(zoomed, 0, 1).x - boxAt(zoomed, 0, 0).x).toBe(4 * whole.step);
});
