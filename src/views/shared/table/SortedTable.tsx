import type { ComponentProps } from "react";
import type { SortOrder } from "#state/link/finding.ts";
import { Explained } from "../../guide/Word.tsx";
import { ColumnHead } from "../words/ColumnHead.tsx";
import { DataTable, Head, lookOf } from "./DataTable.tsx";
import type { Looks } from "./DataTable.tsx";
import { sortedRows } from "./sorted-rows.ts";

interface Sorting {
  readonly order: SortOrder;
  readonly onSort: (order: SortOrder) => void;
}

type SortedTableProps<Row> = Omit<ComponentProps<typeof DataTable<Row>>, "heads"> & Sorting;

/** A table whose heads sort it, and which may have heads above several of them. */
export function SortedTable<Row>({ order, onSort, ...table }: SortedTableProps<Row>) {
  return (
    <DataTable
      {...table}
      rows={sortedRows(table.rows, table.columns, order)}
      heads={(columns) => (
        <>
          <Groups columns={columns} />
          <tr>
            {columns.map((column, index) =>
              column.sort ? (
                <SortHead key={index} {...column} by={column.sort.key} order={order} onSort={onSort} />
              ) : (
                <Head key={index} {...column} />
              ),
            )}
          </tr>
        </>
      )}
    />
  );
}

/** What stands above several columns; nothing where none has anything above it. */
function Groups({ columns }: { readonly columns: readonly Looks[] }) {
  if (columns.every(({ group }) => group === undefined)) return null;
  return (
    <tr>
      {columns.map((column, index) => {
        const { group } = column;
        if (group === undefined) return <td key={index} />;
        if (group === columns[index - 1]?.group) return null;
        const span = columns.filter((each) => each.group === group).length;
        return <ColumnHead key={index} label={group} span={span} className={lookOf(column)} />;
      })}
    </tr>
  );
}

/** The head of a column that says what it holds and sorts by it: the largest first, and turned round when it is pressed again. */
function SortHead({ by, order, onSort, ...column }: Looks & Sorting & { readonly by: string }) {
  const { label = "", group, about = "" } = column;
  const isSorted = order.column === by;
  const direction = order.descending ? "descending" : "ascending";
  return (
    <th scope="col" aria-sort={isSorted ? direction : "none"} className={lookOf(column)}>
      <Explained
        className="sort"
        meaning={about}
        label={group ? `${group} ${label}` : label}
        onPress={() => onSort({ column: by, descending: isSorted ? !order.descending : true })}
      >
        {label}
        <span aria-hidden="true" className="sort-mark">
          {isSorted ? (order.descending ? "↓" : "↑") : ""}
        </span>
      </Explained>
    </th>
  );
}
