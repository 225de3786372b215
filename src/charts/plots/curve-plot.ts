import { scaleLinear, scalePoint } from "d3-scale";
import { line as lineThrough } from "d3-shape";
import { axisMarks } from "../marks/axis-marks.ts";
import type { FigureInks } from "../marks/figure-inks.ts";
import { line, text, titled } from "../marks/mark.ts";
import type { Mark, MarkedFigure } from "../marks/mark.ts";

export interface CurvePoint {
  readonly value: number;
  /** NaN: no interval. */
  readonly low: number;
  readonly high: number;
}

/** One curve over the counts; `dash` tells controls and published values from what was measured. */
export interface Curve {
  /** Of one that goes with another it is empty. */
  readonly name: string;
  /** One per count; NaN where there is none. */
  readonly points: readonly CurvePoint[];
  readonly colour: string;
  readonly dash?: "control" | "published";
}

export interface CurvePlotOptions {
  readonly width: number;
  readonly inks: FigureInks;
  /** What stands below each point. */
  readonly labels: readonly string[];
  readonly axis: string;
  readonly format: (value: number) => string;
}

const HEIGHT_PX = 240;
const PAD = { left: 52, right: 128, top: 12, bottom: 40 };
const DASHES = { control: "5 4", published: "1 4" };
/** Two names at the right edge keep this distance. */
const NAME_PX = 13;

/** Curves over evenly placed counts, each point with its whisker, each curve named at its right end. */
export function curvePlot(curves: readonly Curve[], options: CurvePlotOptions): MarkedFigure {
  const { width, inks, labels, format } = options;
  const x = scalePoint(
    labels.map((_, index) => index),
    [PAD.left + 8, width - PAD.right],
  );
  const values = curves.flatMap(({ points }) => points.flatMap(({ value, low, high }) => [value, low, high]));
  const known = values.filter(Number.isFinite);
  const y = scaleLinear([Math.min(0, ...known), Math.max(0.01, ...known)], [HEIGHT_PX - PAD.bottom, PAD.top]).nice();
  const at = (index: number) => x(index) ?? PAD.left;
  const across = [PAD.left, width - PAD.right] as const;
  const below = labels.map((label, index) =>
    text(at(index), HEIGHT_PX - PAD.bottom + 16, label, { "text-anchor": "middle", fill: inks.soft }),
  );
  return {
    width,
    height: HEIGHT_PX,
    marks: [
      ...axisMarks(y, { side: "left", count: 5, across, format, inks }),
      ...below,
      text(width - PAD.right, HEIGHT_PX - 4, options.axis, { "text-anchor": "end", fill: inks.soft }),
      ...curves.flatMap((curve) => curveMarks(curve, at, y, format)),
      ...names(curves, width - PAD.right + 10, y),
    ],
  };
}

function curveMarks(
  { name, points, colour, dash }: Curve,
  x: (index: number) => number,
  y: (value: number) => number,
  format: (value: number) => string,
): Mark[] {
  const known = points.flatMap((point, index) => (Number.isNaN(point.value) ? [] : [{ ...point, index }]));
  const way = lineThrough<(typeof known)[number]>(
    ({ index }) => x(index),
    ({ value }) => y(value),
  )(known);
  const stroke = {
    fill: "none",
    stroke: colour,
    "stroke-width": 1.5,
    ...(dash && { "stroke-dasharray": DASHES[dash] }),
  };
  return [
    ...(way === null ? [] : [{ tag: "path", attrs: { d: way, ...stroke } } as const]),
    ...known.flatMap(({ value, low, high, index }): Mark[] => [
      ...(Number.isNaN(low) || dash === "control"
        ? []
        : [
            line([x(index), y(low)], [x(index), y(high)], { stroke: colour, "stroke-opacity": 0.5, "stroke-width": 3 }),
          ]),
      titled(
        {
          tag: "circle",
          attrs: { cx: x(index), cy: y(value), r: 3.5, fill: dash ? "none" : colour, stroke: colour },
        },
        `${name}: ${format(value)}${Number.isNaN(low) ? "" : `, 95 % interval ${format(low)} to ${format(high)}`}`,
      ),
    ]),
  ];
}

/** Pushed apart from the top down where curves end close together, and up again where the last ones would leave the figure. */
function names(curves: readonly Curve[], x: number, y: (value: number) => number): Mark[] {
  const ends = curves
    .filter(({ name }) => name !== "")
    .flatMap(({ name, points, colour }) => {
      const last = points.findLast(({ value }) => !Number.isNaN(value));
      return last ? [{ name, colour, y: y(last.value) + 4 }] : [];
    })
    .sort((a, b) => a.y - b.y);
  let least = -Infinity;
  const pushed = ends.map((end) => {
    const place = Math.max(end.y, least);
    least = place + NAME_PX;
    return place;
  });
  const lowest = (index: number) => HEIGHT_PX - PAD.bottom + 4 - (ends.length - 1 - index) * NAME_PX;
  return ends.map((end, index) => text(x, Math.min(pushed[index]!, lowest(index)), end.name, { fill: end.colour }));
}
