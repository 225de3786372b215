import { extent, least } from "d3-array";
import { scaleLinear } from "d3-scale";
import { axisMarks } from "../marks/axis-marks.ts";
import type { FigureInks } from "../marks/figure-inks.ts";
import { MONO, line, text, titled } from "../marks/mark.ts";
import type { Mark, MarkedFigure } from "../marks/mark.ts";

export interface ScatterPoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  /** Ringed: what is selected. */
  readonly isMarked?: boolean;
}

interface Axis {
  readonly name: string;
  readonly format: (value: number) => string;
  /** The ends of a scale that is always whole; left out: as far as the points go. */
  readonly domain?: readonly [from: number, to: number];
}

export interface ScatterOptions {
  readonly width: number;
  readonly inks: FigureInks;
  readonly x: Axis;
  readonly y: Axis;
  /** The line on which both numbers are equal. */
  readonly hasDiagonal?: boolean;
}

/** The figure, and where its points lie, for a pointer to find the nearest. */
export interface ScatterPlot extends MarkedFigure {
  readonly places: readonly { readonly name: string; readonly x: number; readonly y: number }[];
}

const HEIGHT_PX = 300;
const PAD = { left: 48, right: 40, top: 14, bottom: 40 };
const RADIUS_PX = 3.5;
/** More names than these hide the points. */
const NAMED = 8;
const NAME_PX = { width: 44, height: 12 };
/** Where all values are closer to 0 than this, nothing is there to be told apart. */
const LEAST_REACH = 0.1;

/** Points by two numbers, zero lines, and the names of those that stand out. Points without a number are left out. */
export function scatterPlot(points: readonly ScatterPoint[], options: ScatterOptions): ScatterPlot {
  const { width, inks, hasDiagonal = false } = options;
  const known = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const x = scaleLinear(options.x.domain ?? reach(known.map((point) => point.x)), [PAD.left, width - PAD.right]);
  const y = scaleLinear(options.y.domain ?? reach(known.map((point) => point.y)), [HEIGHT_PX - PAD.bottom, PAD.top]);
  if (!options.x.domain) x.nice();
  if (!options.y.domain) y.nice();
  const [left, right, bottom, top] = [PAD.left, width - PAD.right, HEIGHT_PX - PAD.bottom, PAD.top];
  const look = { "font-size": 10, "font-family": MONO };
  const grid: Mark[] = [
    ...axisMarks(x, { side: "below", count: width < 420 ? 4 : 7, across: [top, bottom], ...options.x, inks, look }),
    ...axisMarks(y, { side: "left", count: 6, across: [left, right], ...options.y, inks, look }),
    text(right, HEIGHT_PX - 6, `${options.x.name} →`, { fill: inks.soft, "text-anchor": "end" }),
    text(left + 4, top - 4, `↑ ${options.y.name}`, { fill: inks.soft }),
  ];
  const places = known.map(({ name, x: across, y: up }) => ({ name, x: x(across), y: y(up) }));
  const dots = known.map(({ name, x: across, y: up, isMarked = false }, index): Mark => ({
    ...titled(
      {
        tag: "circle",
        attrs: {
          cx: places[index]!.x,
          cy: places[index]!.y,
          r: isMarked ? RADIUS_PX + 1.5 : RADIUS_PX,
          fill: inks.series[0],
          "fill-opacity": 0.75,
          stroke: isMarked ? inks.ink : "none",
          "stroke-width": 1.5,
        },
      },
      `${name}: ${options.x.format(across)}, ${options.y.format(up)}`,
    ),
    key: name,
  }));
  return {
    width,
    height: HEIGHT_PX,
    places,
    marks: [...grid, ...(hasDiagonal ? diagonal(x, y, inks) : []), ...dots, ...names(known, places, inks)],
  };
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

/** The range of the values from 0 to both ends, with a margin. */
function reach(values: readonly number[]): [number, number] {
  const [low = 0, high = 0] = extent([0, ...values]);
  const margin = Math.max(high - low, LEAST_REACH) * 0.05;
  return [low < 0 ? low - margin : low, high + margin];
}

/** The part of the line x = y that lies within both scales. */
function diagonal(x: Scale, y: Scale, inks: FigureInks): Mark[] {
  const [xFrom, xTo] = x.domain() as [number, number];
  const [yFrom, yTo] = y.domain() as [number, number];
  const [from, to] = [Math.max(xFrom, yFrom), Math.min(xTo, yTo)];
  return from >= to
    ? []
    : [
        line([x(from), y(from)], [x(to), y(to)], {
          stroke: inks.control,
          "stroke-dasharray": "5 4",
          "stroke-width": 1.5,
        }),
      ];
}

/** The names of the points that are farthest from the crossing, as far as they do not cover each other. */
function names(points: readonly ScatterPoint[], places: ScatterPlot["places"], inks: FigureInks): Mark[] {
  const most = (of: (point: ScatterPoint) => number) =>
    points.reduce((largest, point) => Math.max(largest, Math.abs(of(point))), Number.MIN_VALUE);
  const [width, height] = [most(({ x }) => x), most(({ y }) => y)];
  const distance = ({ x, y, isMarked }: ScatterPoint) => (isMarked ? 9 : Math.hypot(x / width, y / height));
  const order = Array.from(points.keys()).sort((a, b) => distance(points[b]!) - distance(points[a]!));
  const named: { readonly x: number; readonly y: number }[] = [];
  return order.slice(0, 3 * NAMED).flatMap((index) => {
    const place = places[index]!;
    const isCovered = named.some(
      (other) => Math.abs(other.x - place.x) < NAME_PX.width && Math.abs(other.y - place.y) < NAME_PX.height,
    );
    if (isCovered || named.length >= NAMED) return [];
    named.push(place);
    return [text(place.x + 6, place.y - 5, place.name, { fill: inks.ink, "font-size": 10, "font-family": MONO })];
  });
}

/** A ring round a point. */
export const pointRing = ({ x, y }: ScatterPlot["places"][number], name: string): Mark => ({
  tag: "circle",
  attrs: { class: name, cx: x, cy: y, r: 2 * RADIUS_PX },
});

/** The point within so many pixels of a place, the nearest, of several in one place the one on top; undefined where none is. */
export function pointNear(
  { places }: Pick<ScatterPlot, "places">,
  x: number,
  y: number,
  within = 14,
): string | undefined {
  const away = (place: (typeof places)[number]) => Math.hypot(place.x - x, place.y - y);
  const nearest = least(places.toReversed(), away);
  return nearest && away(nearest) <= within ? nearest.name : undefined;
}
