import { useState } from "react";
import type { DrawnPlot } from "#state/lab/tools.ts";

interface PlotTableProps {
  readonly plot: DrawnPlot;
  readonly text: (value: number) => string;
}

/** The plot's numbers, a row for each a and a column for each b. */
export function PlotTable({ plot: { asked, values }, text }: PlotTableProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="method" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        <div className="table-scroll" tabIndex={0} role="group" aria-label="Table of the plot, scrolls">
          <table className="plain">
            <caption className="visually-hidden">Operand plot, rows are a, columns are b</caption>
            <thead>
              <tr>
                <th scope="col">a \ b</th>
                {values[0]?.map((_, b) => (
                  <th key={b} scope="col" className="number">
                    {asked.b.from + b}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {values.map((row, a) => (
                <tr key={a}>
                  <th scope="row">{asked.a.from + a}</th>
                  {row.map((value, b) => (
                    <td key={b} className="number" title={String(value)}>
                      {text(value)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
