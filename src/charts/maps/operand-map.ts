import { range } from "d3-array";
import { path } from "d3-path";
import type { Path } from "d3-path";
import { inkOn } from "../colour.ts";
import type { Box } from "./heatmap.ts";
import type { PlotScale } from "../plots/plot-scale.ts";

/** All lengths in CSS pixels, the origin at the top left; a goes down, b to the right. */
export interface OperandMap {
  readonly width: number;
  readonly height: number;
  readonly rows: number;
  readonly cols: number;
  /** Side of a cell, the gap to its neighbour included. */
  readonly step: number;
  readonly left: number;
  readonly top: number;
  /** Cells of one colour as one path: ten thousand cells are some dozens of marks. */
  readonly paths: readonly { readonly fill: string; readonly d: string }[];
  /** Cells without a number, as one path. */
  readonly unknown: string;
  /** Numbers, where cells have room for them. */
  readonly labels: readonly { readonly x: number; readonly y: number; readonly text: string; readonly ink: string }[];
  readonly aTicks: readonly Tick[];
  readonly bTicks: readonly Tick[];
}

interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface OperandMapOptions {
  readonly aFrom: number;
  readonly bFrom: number;
  readonly width: number;
  readonly scale: PlotScale;
  /** Side of a cell, where it is not what there is room for: of a part of a map that is as large as the whole. */
  readonly step?: number;
}

const LEFT_PX = 40;
const TOP_PX = 36;
const MAX_STEP_PX = 46;
const MIN_STEP_PX = 3;
/** Six characters in the small monospace face. */
const LABEL_STEP_PX = 42;
const TICK_STEP_PX = 22;

/** @param values [a][b], NaN where there is nothing */
export function operandMap(values: readonly (readonly number[])[], options: OperandMapOptions): OperandMap {
  const { aFrom, bFrom, width, scale } = options;
  const rows = values.length;
  const cols = values[0]?.length ?? 0;
  const roomy = Math.floor(((width - LEFT_PX) / Math.max(cols, 1)) * 2) / 2;
  const step = options.step ?? Math.max(MIN_STEP_PX, Math.min(MAX_STEP_PX, roomy));
  const gap = step >= 12 ? 2 : step >= 6 ? 1 : 0;
  const byColour = new Map<string, Path>();
  const unknown = path();
  const labels: OperandMap["labels"][number][] = [];
  values.forEach((row, a) =>
    row.forEach((value, b) => {
      const box = boxAt({ step, left: LEFT_PX, top: TOP_PX }, a, b, gap);
      if (Number.isNaN(value)) return unknown.rect(box.x, box.y, box.width, box.height);
      const fill = scale.colour(value);
      const cells = byColour.get(fill) ?? path();
      byColour.set(fill, cells);
      cells.rect(box.x, box.y, box.width, box.height);
      if (step >= LABEL_STEP_PX) {
        labels.push({
          x: box.x + box.width / 2,
          y: box.y + box.height / 2,
          text: scale.short(value),
          ink: inkOn(fill),
        });
      }
    }),
  );
  return {
    width: LEFT_PX + step * cols,
    height: TOP_PX + step * rows,
    rows,
    cols,
    step,
    left: LEFT_PX,
    top: TOP_PX,
    paths: Array.from(byColour, ([fill, cells]) => ({ fill, d: cells.toString() })),
    unknown: unknown.toString(),
    labels,
    aTicks: ticks(rows, aFrom, step, TOP_PX),
    bTicks: ticks(cols, bFrom, step, LEFT_PX),
  };
}

/** Where a cell lies; `a` and `b` count from 0. */
export function boxAt(
  { step, left, top }: Pick<OperandMap, "step" | "left" | "top">,
  a: number,
  b: number,
  gap = 0,
): Box {
  return { x: left + b * step, y: top + a * step, width: step - gap, height: step - gap };
}

/** The cell under a point, undefined beside the map. */
export function cellAt(map: OperandMap, x: number, y: number): { readonly a: number; readonly b: number } | undefined {
  const a = Math.floor((y - map.top) / map.step);
  const b = Math.floor((x - map.left) / map.step);
  return a >= 0 && a < map.rows && b >= 0 && b < map.cols ? { a, b } : undefined;
}

/** Every number where there is room for it, else each tenth. */
function ticks(count: number, from: number, step: number, start: number): Tick[] {
  const every = step >= TICK_STEP_PX ? 1 : 10;
  return range(Math.ceil(from / every) * every, from + count, every).map((operand) => ({
    at: start + (operand - from + 0.5) * step,
    label: String(operand),
  }));
}
