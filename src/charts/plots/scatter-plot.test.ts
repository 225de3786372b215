import { expect, test } from "vitest";
import { figureInks } from "../marks/figure-inks.ts";
import { pointNear, scatterPlot } from "./scatter-plot.ts";
import type { ScatterOptions } from "./scatter-plot.ts";

const axis = (name: string) => ({ name, format: (value: number) => value.toFixed(1) });
const OPTIONS: ScatterOptions = { width: 400, inks: figureInks(false), x: axis("direct"), y: axis("total") };
const POINTS = [
  { name: "L0H0", x: 0, y: 0 },
  { name: "L0H1", x: 2, y: 2 },
  { name: "L0H2", x: -1, y: 4 },
  { name: "L0H3", x: Number.NaN, y: 1 },
];

test("right is more of the first number, up more of the second; a point without one is left out", () => {
  const { places, width, height, marks } = scatterPlot(POINTS, OPTIONS);
  expect(places.map(({ name }) => name)).toEqual(["L0H0", "L0H1", "L0H2"]);
  const [origin, both, up] = places as [(typeof places)[0], (typeof places)[0], (typeof places)[0]];
  expect(both.x).toBeGreaterThan(origin.x);
  expect(both.y).toBeLessThan(origin.y);
  expect(up.x).toBeLessThan(origin.x);
  expect(up.y).toBeLessThan(both.y);
  for (const { x, y } of places) {
    expect(x).toBeGreaterThan(0);
    expect(x).toBeLessThan(width);
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(height);
  }
  const titles = marks.flatMap(({ children = [] }) => children.map((child) => child.text));
  expect(titles).toEqual(["L0H0: 0.0, 0.0", "L0H1: 2.0, 2.0", "L0H2: -1.0, 4.0"]);
});

test("the diagonal goes through what is equal in both", () => {
  const { marks, places } = scatterPlot(POINTS, { ...OPTIONS, hasDiagonal: true });
  const { x1, y1, x2, y2 } = marks.find(({ attrs }) => attrs?.["stroke-dasharray"])!.attrs as Record<string, number>;
  const at = (x: number) => y1! + ((x - x1!) / (x2! - x1!)) * (y2! - y1!);
  expect(at(places[0]!.x)).toBeCloseTo(places[0]!.y, 6);
  expect(at(places[1]!.x)).toBeCloseTo(places[1]!.y, 6);
});

test("points that lie on one another have one name, and a pointer finds the nearest", () => {
  const crowd = Array.from({ length: 40 }, (_, head) => ({ name: `L1H${head}`, x: 1, y: 1 }));
  const plot = scatterPlot([...crowd, { name: "L2H0", x: 3, y: 3 }], OPTIONS);
  const named = plot.marks.filter(({ tag, text }) => tag === "text" && text?.startsWith("L"));
  expect(named.map(({ text }) => text)).toEqual(["L2H0", "L1H0"]);
  const { x, y } = plot.places.at(-1)!;
  expect(pointNear(plot, x + 5, y - 5)).toBe("L2H0");
  expect(pointNear(plot, x + 50, y)).toBeUndefined();
});

test("of points in one place the one on top is pointed at, which is drawn last", () => {
  const places = ["below", "on top"].map((name) => ({ name, x: 10, y: 20 }));
  expect(pointNear({ places }, 12, 20)).toBe("on top");
});
