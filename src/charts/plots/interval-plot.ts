import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { symbol, symbolDiamond2 } from "d3-shape";
import { axisMarks } from "../marks/axis-marks.ts";
import type { FigureInks } from "../marks/figure-inks.ts";
import { line, text, titled } from "../marks/mark.ts";
import type { Mark, MarkedFigure } from "../marks/mark.ts";

/** A value with its interval, and what it is compared with. */
export interface IntervalRow {
  readonly label: string;
  readonly value: number;
  /** NaN: no interval. */
  readonly low: number;
  readonly high: number;
  /** Of a control: drawn as a bar behind, from mean − spread to mean + spread. */
  readonly control?: { readonly mean: number; readonly spread: number };
  /** What others found, as a hollow diamond. */
  readonly published?: number;
}

export interface IntervalPlotOptions {
  readonly width: number;
  readonly inks: FigureInks;
  readonly format: (value: number) => string;
  readonly axis: string;
}

const ROW_PX = 22;
const LABEL_PX = 108;
/** Half of the last tick's text. */
const RIGHT_PX = 28;
const TOP_PX = 8;
const AXIS_PX = 36;
const TICKS = 5;

/** Some 12 pixels across. */
const DIAMOND = symbol(symbolDiamond2, 92)()!;

/** Rows of points with whiskers on one scale; zero is always on it. */
export function intervalPlot(rows: readonly IntervalRow[], options: IntervalPlotOptions): MarkedFigure {
  const { width, inks, format } = options;
  const x = scaleLinear(domain(rows), [LABEL_PX, width - RIGHT_PX]).nice();
  const bottom = TOP_PX + rows.length * ROW_PX;
  return {
    width,
    height: bottom + AXIS_PX,
    marks: [
      ...axisMarks(x, { side: "below", count: TICKS, across: [TOP_PX, bottom], format, inks }),
      text(width - RIGHT_PX, bottom + 30, options.axis, { "text-anchor": "end", fill: inks.soft }),
      ...rows.flatMap((row, index) => rowMarks(row, TOP_PX + (index + 0.5) * ROW_PX, x, options)),
    ],
  };
}

function rowMarks(
  { label, value, low, high, control, published }: IntervalRow,
  y: number,
  x: (value: number) => number,
  { inks, format }: IntervalPlotOptions,
): Mark[] {
  const colour = inks.series[value < 0 ? 1 : 0]!;
  const marks: Mark[] = [text(LABEL_PX - 12, y + 4, label, { "text-anchor": "end", fill: inks.ink })];
  if (control && Number.isFinite(control.mean)) {
    const [from, to] = [x(control.mean - control.spread), x(control.mean + control.spread)];
    const box = { x: from, y: y - 7, width: Math.max(2, to - from), height: 14 };
    const title = `control ${format(control.mean)} ± ${format(control.spread)}`;
    marks.push(titled({ tag: "rect", attrs: { ...box, fill: inks.band, "fill-opacity": 0.3 } }, title));
  }
  if (published !== undefined) {
    const place = `translate(${x(published)},${y})`;
    const diamond: Mark = { tag: "path", attrs: { d: DIAMOND, transform: place, fill: "none", stroke: inks.soft } };
    marks.push(titled(diamond, `published ${format(published)}`));
  }
  if (!Number.isNaN(value)) {
    if (!Number.isNaN(low)) marks.push(line([x(low), y], [x(high), y], { stroke: colour, "stroke-width": 2 }));
    const title = `${label}: ${format(value)}${Number.isNaN(low) ? "" : `, 95 % interval ${format(low)} to ${format(high)}`}`;
    marks.push(titled({ tag: "circle", attrs: { cx: x(value), cy: y, r: 4, fill: colour } }, title));
  }
  return marks;
}

function domain(rows: readonly IntervalRow[]): [number, number] {
  const ends = rows
    .flatMap(({ value, low, high, control, published }) => [value, low, high, control?.mean, published])
    .filter((end): end is number => Number.isFinite(end));
  const [least = 0, most = 0] = extent([0, ...ends]);
  return least === most ? [0, 1] : [least, most];
}
