import type { Table } from "../../exports/csv.ts";
import { written } from "../figure/Value.tsx";
import type { Column } from "./columns.tsx";
import { plainColumn } from "./plain-column.ts";

/** Rows as they are read without the researcher’s numbers: a cell of each column that stands on the screen, by its plain head. */
export function plainTableOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Table {
  const shown = columns
    .filter(({ label, isForResearchers }) => label !== undefined && !isForResearchers)
    .map(plainColumn);
  return {
    header: shown.map(({ label, group }) => [group, label].filter(Boolean).join(", ")),
    rows: rows.map((row) =>
      shown.map(({ values, unit }) => {
        const [value = ""] = values(row);
        return unit !== undefined && typeof value === "number" ? written(value, unit, true) : value;
      }),
    ),
  };
}
