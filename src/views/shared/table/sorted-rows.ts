import type { SortOrder } from "#state/link/finding.ts";
import type { Column } from "./columns.tsx";

/** A copy in the order asked for; a column that is not there, as an old link may name, leaves the order as it is. */
export function sortedRows<Row>(
  rows: readonly Row[],
  columns: readonly Pick<Column<Row>, "sort">[],
  { column: key, descending }: SortOrder,
): readonly Row[] {
  const placeOf = columns.find(({ sort }) => sort?.key === key)?.sort?.of;
  if (!placeOf) return rows;
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => sign * (placeOf(a) - placeOf(b)));
}
