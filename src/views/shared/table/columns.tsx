import { grouped } from "#core/grouped.ts";
import type { ReactNode } from "react";
import { figures, nats, percent, signedNats } from "#charts/number-format.ts";
import type { CsvValue, Table } from "../../exports/csv.ts";
import { Value } from "../figure/Value.tsx";
import { tokenText } from "../words/token-text.ts";
import { EstimateValue } from "./EstimateValue.tsx";
import type { Estimate } from "./EstimateValue.tsx";

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
  /** What a pointer is told of its head. */
  readonly about?: string;
  /** Its cells' class in the style sheets, beside `number`. */
  readonly className?: string;
}

/** A column's head on the screen, and its head in the file; left out, it is not there. */
interface Names {
  readonly label?: string;
  readonly key?: string;
}

type Of<Row, Shown> = (row: Row) => Shown | undefined;

const keysOf = (key: string | undefined, ends: readonly string[] = [""]) =>
  key === undefined ? [] : ends.map((end) => key + end);

/** A column of names, or of whatever else is written as it is. */
export function plain<Row>({ label, key }: Names, of: Of<Row, CsvValue>): Column<Row> {
  return { label, keys: keysOf(key), isNumber: false, show: of, values: (row) => [of(row) ?? ""] };
}

/** A column of whole numbers, with a comma at the thousands. */
export const count = <Row,>(names: Names, of: Of<Row, number>): Column<Row> => ({
  ...plain(names, of),
  isNumber: true,
  show(row) {
    const value = of(row);
    return value === undefined ? undefined : grouped(value);
  },
});

/** A column of measured numbers; one that is not known is a dash. */
export const measure = <Row,>(names: Names, as: Unit, of: Of<Row, number>): Column<Row> => ({
  ...count(names, of),
  show(row) {
    const value = of(row);
    if (value === undefined) return undefined;
    return Number.isNaN(value) ? "–" : <Value of={value} as={as} />;
  },
});

/** A value with the ends of its interval: in the file a column each. */
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

/** A column that is only on the screen, as what its cells show is not a value or stands in the file already. */
export const onScreen = <Row,>(label: string, show: (row: Row) => ReactNode): Column<Row> => ({
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

/** Tokens beside each other, the first ones on the screen; in the file all of them with spaces between. */
export const tokens = <Row,>(
  names: Names,
  most: number,
  of: Of<Row, readonly { readonly id: number; readonly text: string }[]>,
): Column<Row> => ({
  ...plain(names, (row) =>
    of(row)
      ?.map(({ text }) => text)
      .join(" "),
  ),
  className: "promotes",
  show: (row) =>
    of(row)
      ?.slice(0, most)
      .map(({ id, text }) => (
        <code key={id} title={`token ${id}`}>
          {tokenText(text)}
        </code>
      )),
});

/** A bar in shares of the room it has, from 0 to 1; left out, it starts at the edge. */
interface DrawnBar {
  readonly start?: number;
  readonly size: number;
  readonly kind: "for" | "against" | "count";
}

/** A column that is only on the screen: a bar for the number beside it. */
export const bar = <Row,>(of: (row: Row) => DrawnBar): Column<Row> => ({
  ...onScreen("", (row: Row) => {
    const { start = 0, size, kind } = of(row);
    return (
      <span className={`bar ${kind}`} style={{ insetInlineStart: `${start * 100}%`, inlineSize: `${size * 100}%` }} />
    );
  }),
  isNumber: false,
  className: "bar-cell",
});

/** A column that is only in a file: a label of the whole result, repeated in each row. */
export const constant = <Row,>(key: string, value: CsvValue): Column<Row> => plain({ key }, () => value);

/** Rows as a file has them. */
export const tableOf = <Row,>(columns: readonly Column<Row>[], rows: readonly Row[]): Table => ({
  header: columns.flatMap(({ keys }) => keys),
  rows: rows.map((row) => columns.flatMap(({ keys, values }) => (keys.length === 0 ? [] : values(row)))),
});
