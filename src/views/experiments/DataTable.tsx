import { grouped } from "#core/grouped.ts";
import type { ReactNode } from "react";
import { figures, nats, percent, signedNats } from "#charts/number-format.ts";
import type { CsvValue, Table } from "../exports/csv.ts";
import { Value } from "../shared/figure/Value.tsx";
import { EstimateValue } from "./result/EstimateValue.tsx";
import type { Estimate } from "./result/EstimateValue.tsx";

const WRITE = { percent, nats, figures, signedNats };
type Unit = keyof typeof WRITE;

/** One column of a table, on the screen and in a file. */
export interface Column<Row> {
  /** Its head on the screen; undefined: it is only in the file. */
  readonly label: string | undefined;
  /** Heads in the file, one for each of `values`; none: it is only on the screen. */
  readonly keys: readonly string[];
  readonly isNumber: boolean;
  readonly show: (row: Row) => ReactNode;
  readonly values: (row: Row) => readonly CsvValue[];
  /** What a pointer is told of a cell beside what it shows. */
  readonly title?: (row: Row) => string | undefined;
}

/** Of a column on the screen, and of one in the file. */
interface Names {
  readonly label?: string;
  readonly key?: string;
}

type Of<Row, Shown> = (row: Row) => Shown | undefined;

const keysOf = (key: string | undefined, ends: readonly string[] = [""]) =>
  key === undefined ? [] : ends.map((end) => key + end);

/** What is written as it is: a name, or a count. */
export function plain<Row>({ label, key }: Names, of: Of<Row, CsvValue>): Column<Row> {
  return { label, keys: keysOf(key), isNumber: false, show: of, values: (row) => [of(row) ?? ""] };
}

export const count = <Row,>(names: Names, of: Of<Row, number>): Column<Row> => ({
  ...plain(names, of),
  isNumber: true,
  show(row) {
    const value = of(row);
    return value === undefined ? undefined : grouped(value);
  },
});

export const measure = <Row,>(names: Names, as: Unit, of: Of<Row, number>): Column<Row> => ({
  ...count(names, of),
  show(row) {
    const value = of(row);
    if (value === undefined) return undefined;
    return Number.isNaN(value) ? "–" : <Value of={value} as={as} />;
  },
});

/** The value with the ends of its interval: in the file a column each. */
export const estimate = <Row,>({ label, key }: Names, as: "percent" | "nats", of: Of<Row, Estimate>): Column<Row> => ({
  label,
  keys: keysOf(key, ["", "_low", "_high"]),
  isNumber: true,
  show(row) {
    const value = of(row);
    return value && <EstimateValue of={value} as={as} />;
  },
  values: (row) => endsOf(of(row)),
});

const endsOf = (value: Estimate | undefined): readonly CsvValue[] =>
  value ? [value.value, value.low, value.high] : ["", "", ""];

/** A mean with its standard deviation: `4.0 % ± 1.2 %`. */
export const spread = <Row,>(
  { label, key }: Names,
  as: Unit,
  of: Of<Row, { readonly mean: number; readonly spread: number }>,
): Column<Row> => ({
  label,
  keys: keysOf(key, ["_mean", "_spread"]),
  isNumber: true,
  show(row) {
    const value = of(row);
    return value && `${WRITE[as](value.mean)} ± ${WRITE[as](value.spread)}`;
  },
  values(row) {
    const value = of(row);
    return value ? [value.mean, value.spread] : ["", ""];
  },
});

/** Only on the screen: cells that have a way of their own. */
export const shown = <Row,>(label: string, show: (row: Row) => ReactNode): Column<Row> => ({
  label,
  keys: [],
  isNumber: true,
  show,
  values: () => [],
});

/** A second column small below the first one, in its cells; in the file they stand beside each other. */
export const over = <Row,>(first: Column<Row>, second: Column<Row>): Column<Row> => ({
  ...first,
  keys: [...first.keys, ...second.keys],
  show(row) {
    const below = second.show(row);
    return (
      <>
        {first.show(row)}
        {below !== undefined && below !== false && <span className="under">{below}</span>}
      </>
    );
  },
  values: (row) => [...first.values(row), ...second.values(row)],
});

/** Only in a file: a label of the whole result, repeated in each row. */
export const constant = <Row,>(key: string, value: CsvValue): Column<Row> => plain({ key }, () => value);

/** The same rows in a file. */
export const tableOf = <Row,>(columns: readonly Column<Row>[], rows: readonly Row[]): Table => ({
  header: columns.flatMap(({ keys }) => keys),
  rows: rows.map((row) => columns.flatMap(({ keys, values }) => (keys.length === 0 ? [] : values(row)))),
});

interface DataTableProps<Row> {
  /** Whoever cannot see it is told that it scrolls. */
  readonly name: string;
  readonly caption: ReactNode;
  /** The first one that has a label is each row's head. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
}

/** A table on the screen. */
export function DataTable<Row>({ name, caption, columns, rows }: DataTableProps<Row>) {
  const shown = columns.filter(({ label }) => label !== undefined);
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={`${name}, scrolls`}>
      <table className="experiment-table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {shown.map(({ label, isNumber }, index) =>
              label === "" ? (
                <td key={index} />
              ) : (
                <th key={index} scope="col" className={isNumber ? "number" : undefined}>
                  {label}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              {shown.map(({ isNumber, show, title }, index) => {
                const attributes = { className: isNumber ? "number" : undefined, title: title?.(row) };
                return index === 0 ? (
                  <th key={index} scope="row" {...attributes}>
                    {show(row)}
                  </th>
                ) : (
                  <td key={index} {...attributes}>
                    {show(row)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
