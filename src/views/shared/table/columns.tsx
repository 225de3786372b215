import { grouped } from "#core/grouped.ts";
import type { ReactNode } from "react";
import type { Bar } from "#charts/plots/bars.ts";
import type { CsvValue, Table } from "../../exports/csv.ts";
import { Value, written } from "../figure/Value.tsx";
import type { Unit } from "../figure/Value.tsx";
import { tokenText } from "../words/token-text.ts";
import { EstimateValue } from "./EstimateValue.tsx";
import type { Estimate } from "./EstimateValue.tsx";

/** One column of a table, on the screen and in a file. */
export interface Column<Row> {
  /** Its head on the screen; undefined: it is only in the file. */
  readonly label: string | undefined;
  /** Heads in the file, one for each of `values`; none: it is only on the screen. */
  readonly keys: readonly string[];
  readonly isNumber: boolean;
  /** What its numbers are, where they are measured. */
  readonly unit?: Unit;
  /** Given its bar, where it has bars. */
  readonly show: (row: Row, bar?: Bar) => ReactNode;
  readonly values: (row: Row) => readonly CsvValue[];
  /** What a pointer is told of a cell beside what it shows. */
  readonly title?: (row: Row) => string | undefined;
  /** What a pointer is told of its head. */
  readonly about?: string;
  /** Its cells' class in the style sheets, beside `number`. */
  readonly className?: string;
  /** What stands above its head and those beside it. */
  readonly group?: string;
  /** It stands there only beside the researcher’s numbers. */
  readonly isForResearchers?: true;
  /** What of this is said otherwise without the researcher’s numbers; a unit of nats goes by itself. */
  readonly plainly?: Partial<Pick<Column<Row>, "label" | "about" | "group" | "show" | "isNumber">>;
  /** Its numbers as bars on one scale, the longest full. */
  readonly bars?: {
    readonly of: (row: Row) => number;
    /** The number of a full bar; left out, the largest of the rows. */
    readonly limit?: number | undefined;
  };
  /** In a table that sorts: the name of this order in links, one quantity in every table, and a row's place in it. */
  readonly sort?: { readonly key: string; readonly of: (row: Row) => number };
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
  unit: as,
  show(row) {
    const value = of(row);
    if (value === undefined) return undefined;
    return Number.isNaN(value) ? "–" : <Value of={value} as={as} />;
  },
});

/** A value with the ends of its interval: in the file a column each. */
export const estimate = <Row,>({ label, key }: Names, as: Unit, of: Of<Row, Estimate>): Column<Row> => ({
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
    return (
      value && (
        <>
          <Value of={value.mean} as={as} />
          <span className="researcher"> ± {written(value.spread, as, false)}</span>
        </>
      )
    );
  },
  values(row) {
    const value = of(row);
    return value ? [value.mean, value.spread] : ["", ""];
  },
});

/** A column that stands there only beside the researcher’s numbers. */
export const forResearchers = <Row,>(column: Column<Row>): Column<Row> => ({ ...column, isForResearchers: true });

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

/** A column of tokens, cut where they have no room; in the file as they are. */
export const token = <Row,>(of: (row: Row) => string, title: (row: Row) => string | undefined): Column<Row> => ({
  ...plain({ label: "token", key: "token" }, of),
  className: "token",
  title,
  show: (row) => tokenText(of(row)),
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

type BarKind = "for" | "against" | "count";

const kindOf = (value: number): BarKind => (value < 0 ? "against" : "for");

interface BarLook<Row> {
  readonly limit?: number;
  /** Left out: by the sign of the number. */
  readonly kind?: (row: Row) => BarKind;
}

/** A column that is only on the screen: bars for the numbers beside it. */
export const bar = <Row,>(of: (row: Row) => number, { limit, kind }: BarLook<Row> = {}): Column<Row> => ({
  ...onScreen("", () => ""),
  bars: { of, limit },
  show: (row, { start, size } = NO_BAR) => (
    <span
      className={`bar ${kind?.(row) ?? kindOf(of(row))}`}
      style={{ insetInlineStart: `${start * 100}%`, inlineSize: `${size * 100}%` }}
    />
  ),
  isNumber: false,
  className: "bar-cell",
});

const NO_BAR: Bar = { start: 0, size: 0 };

/** Length of the longest bar before a number. */
const BAR_PX = 48;

/** A column with a bar before each of its numbers; a file has the numbers. */
export const barred = <Row,>(column: Column<Row>, of: (row: Row) => number): Column<Row> => ({
  ...column,
  bars: { of },
  show: (row, { size } = NO_BAR) => (
    <>
      <span className={`bar ${kindOf(of(row))}`} style={{ inlineSize: `${size * BAR_PX}px` }} />
      {column.show(row)}
    </>
  ),
  className: "barred",
});

/** A column that is only in a file: a label of the whole result, repeated in each row. */
export const constant = <Row,>(key: string, value: CsvValue): Column<Row> => plain({ key }, () => value);

/** Rows as a file has them. */
export const tableOf = <Row,>(columns: readonly Column<Row>[], rows: readonly Row[]): Table => ({
  header: columns.flatMap(({ keys }) => keys),
  rows: rows.map((row) => columns.flatMap(({ keys, values }) => (keys.length === 0 ? [] : values(row)))),
});
