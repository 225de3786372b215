import type { Box } from "../maps/heatmap.ts";
import { operandMap } from "../maps/operand-map.ts";
import type { OperandMap, OperandMapOptions } from "../maps/operand-map.ts";
import type { CellWindow } from "./visible-cells.ts";

/** Where the cells of a map of operands lie. */
export const operandArea = ({ left, top, step, rows, cols }: OperandMap): Box => ({
  x: left,
  y: top,
  width: step * cols,
  height: step * rows,
});

/**
 * A map with only some of its operands, as wide as the whole.
 *
 * @param values [a][b] of all operands, as the whole map has them
 */
export function zoomedOperandMap(
  whole: OperandMap,
  values: readonly (readonly number[])[],
  { row, rows, col, cols }: CellWindow,
  { aFrom, bFrom, width, scale }: OperandMapOptions,
): OperandMap {
  const some = values.slice(row, row + rows).map((each) => each.slice(col, col + cols));
  const step = (whole.step * whole.cols) / cols;
  return operandMap(some, { aFrom: aFrom + row, bFrom: bFrom + col, width, scale, step });
}
