import type { WeightPlan } from "#model/spec.ts";

/** Rows that follow each other in a graph's weight and stand in one of its tensors. */
export interface RowRun {
  /** By its place among the plan's tensors. */
  readonly tensor: number;
  /** In the graph's weight. */
  readonly first: number;
  /** Where each stands in the tensor. */
  readonly sources: readonly number[];
}

/**
 * The longest runs, in the graph's order.
 *
 * @param tensorRows how many rows each of the plan's tensors has
 */
export function rowRuns(
  { shape, sourceRow = (row) => row }: Pick<WeightPlan, "shape" | "sourceRow">,
  tensorRows: readonly number[],
): RowRun[] {
  const ends = tensorRows.map((_, index) => tensorRows.slice(0, index + 1).reduce((sum, rows) => sum + rows, 0));
  const runs: { tensor: number; first: number; sources: number[] }[] = [];
  for (let row = 0; row < shape[0]!; row++) {
    const stacked = sourceRow(row);
    const tensor = ends.findIndex((end) => stacked < end);
    const source = stacked - (ends[tensor]! - tensorRows[tensor]!);
    const last = runs.at(-1);
    if (last?.tensor === tensor) last.sources.push(source);
    else runs.push({ tensor, first: row, sources: [source] });
  }
  return runs;
}
