import { DataTable } from "../../shared/table/DataTable.tsx";
import { onScreen } from "../../shared/table/columns.tsx";
import type { PublishedTable } from "./published.ts";
import { sourceOf } from "./published.ts";

type Row = PublishedTable["rows"][number];

/** The paper's own numbers, beside and never among those of the model that is open. */
export const PublishedFigures = ({ tables }: { readonly tables: readonly PublishedTable[] }) => (
  <section aria-label="Published values" className="published">
    <h3>Published values: {sourceOf(tables)}</h3>
    {tables.map(({ caption, columns, rows }) => (
      <DataTable
        key={caption}
        name={caption}
        caption={caption}
        columns={columns.map((column, index) => ({
          ...onScreen<Row>(column, (row) => writtenCell(row[index])),
          isNumber: index > 0,
        }))}
        rows={rows}
      />
    ))}
  </section>
);

const writtenCell = (value: number | string | undefined) => (typeof value === "number" ? value.toFixed(1) : value);
