import type { HTMLAttributes, Key, ReactNode } from "react";
import { signedBars } from "#charts/plots/bars.ts";
import { usePlain } from "../use-plain.ts";
import { ColumnHead } from "../words/ColumnHead.tsx";
import type { Column } from "./columns.tsx";
import { plainColumn } from "./plain-column.ts";
import "./table.css";

interface DataTableProps<Row> {
  /** Of the box in which a table scrolls, for whoever cannot see it; left out: it stands in its place whole. */
  readonly name?: string;
  /** On the page, or where the text around the table says it already only read out. */
  readonly caption?: ReactNode;
  readonly isCaptionHidden?: boolean;
  /** The first one that has a label is each row's head. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** What a row is known by while rows come and go; left out, its place. */
  readonly keyOf?: (row: Row) => Key;
  /** What a row does and how it looks, beside its cells. */
  readonly rowProps?: (row: Row) => HTMLAttributes<HTMLTableRowElement>;
  /** Rows of heads that do more than name their columns. */
  readonly heads?: (columns: readonly Column<Row>[]) => ReactNode;
  /** Of the table in the style sheets; left out, that of results. */
  readonly className?: string;
}

/** A table on the screen. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const {
    name,
    caption,
    isCaptionHidden = false,
    columns,
    rows,
    keyOf,
    rowProps,
    heads,
    className = "data-table",
  } = props;
  const isPlain = usePlain();
  const shown = columns.filter(({ label }) => label !== undefined);
  const drawn = isPlain ? shown.map(plainColumn) : shown;
  const bars = drawn.map(({ bars }) => bars && signedBars(rows.map(bars.of), bars.limit));
  const table = (
    <table className={className}>
      {caption !== undefined && (
        <caption className={isCaptionHidden ? "visually-hidden" : undefined}>{caption}</caption>
      )}
      <thead>
        {heads?.(drawn) ?? (
          <tr>
            {drawn.map((column, index) => (
              <Head key={index} {...column} />
            ))}
          </tr>
        )}
      </thead>
      <tbody>
        {rows.map((row, place) => (
          <tr key={keyOf?.(row) ?? place} {...rowProps?.(row)}>
            {drawn.map(({ show, title, ...column }, index) => {
              const Cell = index === 0 ? "th" : "td";
              return (
                <Cell
                  key={index}
                  scope={index === 0 ? "row" : undefined}
                  className={classOf(column)}
                  title={title?.(row)}
                >
                  {show(row, bars[index]?.[place])}
                </Cell>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
  if (name === undefined) return table;
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={`${name}, scrolls`}>
      {table}
    </div>
  );
}

export type Looks = Pick<Column<never>, "label" | "isNumber" | "isForResearchers" | "about" | "group" | "className">;

/** The head of a column that names it. */
export function Head(column: Looks) {
  const { label, about } = column;
  if (label === "") return <td />;
  return <ColumnHead label={label!} className={lookOf(column)} about={about} />;
}

const joined = (...names: readonly (string | false | undefined)[]) => names.filter(Boolean).join(" ") || undefined;

/** Of a head, and of the cells below it. */
export const lookOf = ({ isNumber, isForResearchers }: Looks) =>
  joined(isNumber && "number", isForResearchers && "researcher");

const classOf = (column: Looks) => joined(lookOf(column), column.className);
