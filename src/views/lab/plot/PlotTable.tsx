import { useState } from "react";
import type { DrawnPlot } from "#state/lab/tools.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { onScreen, plain } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";

interface PlotTableProps {
  readonly plot: DrawnPlot;
  readonly text: (value: number) => string;
}

interface Row {
  readonly a: number;
  /** One for each b. */
  readonly values: readonly number[];
}

/** The plot's numbers, a row for each a and a column for each b. */
export function PlotTable({ plot: { asked, values }, text }: PlotTableProps) {
  const [isOpen, setOpen] = useState(false);
  const columns: readonly Column<Row>[] = [
    plain({ label: "a \\ b" }, ({ a }) => a),
    ...(values[0] ?? []).map((_, b): Column<Row> => ({
      ...onScreen(String(asked.b.from + b), (row) => text(row.values[b]!)),
      title: (row) => String(row.values[b]),
    })),
  ];
  return (
    <details className="method" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        <DataTable
          name="Table of the plot"
          className="plain"
          caption="Operand plot, rows are a, columns are b"
          isCaptionHidden
          columns={columns}
          rows={values.map((row, a) => ({ a: asked.a.from + a, values: row }))}
        />
      )}
    </details>
  );
}
