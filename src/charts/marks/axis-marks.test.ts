import { scaleLinear } from "d3-scale";
import { expect, test } from "vitest";
import { axisMarks } from "./axis-marks.ts";
import { figureInks } from "./figure-inks.ts";

const inks = figureInks(false);
const format = (value: number) => `${value} u`;
const scale = scaleLinear([-1, 3], [0, 400]);

test("below a plot each number is in the middle of its line, and that of 0 is darker", () => {
  const marks = axisMarks(scale, { side: "below", count: 4, across: [10, 200], format, inks });
  const lines = marks.filter(({ tag }) => tag === "line").map(({ attrs = {} }) => attrs);
  expect(lines.map(({ x1, x2 }) => [x1, x2])).toEqual([0, 100, 200, 300, 400].map((x) => [x, x]));
  expect(lines.map(({ y1, y2 }) => [y1, y2])).toEqual(lines.map(() => [10, 200]));
  expect(lines.map(({ stroke }) => stroke === inks.soft)).toEqual([false, true, false, false, false]);
  const numbers = marks.filter(({ tag }) => tag === "text");
  expect(numbers.map(({ text }) => text)).toEqual(["-1 u", "0 u", "1 u", "2 u", "3 u"]);
  expect(numbers.map(({ attrs }) => [attrs!["x"], attrs!["text-anchor"]])).toEqual(
    [0, 100, 200, 300, 400].map((x) => [x, "middle"]),
  );
  expect(numbers.every(({ attrs }) => Number(attrs!["y"]) > 200)).toBe(true);
});

test("left of a plot the numbers end before their lines begin, in the look that is asked for", () => {
  const across = [40, 300] as const;
  const marks = axisMarks(scale, { side: "left", count: 2, across, format, inks, look: { "font-size": 9 } });
  const lines = marks.filter(({ tag }) => tag === "line").map(({ attrs = {} }) => attrs);
  // -1 and 3 are no round numbers two apart
  expect(lines.map(({ x1, x2, y1, y2 }) => [x1, x2, y1, y2])).toEqual([
    [40, 300, 100, 100],
    [40, 300, 300, 300],
  ]);
  const numbers = marks.filter(({ tag }) => tag === "text").map(({ attrs = {} }) => attrs);
  expect(numbers.map(({ x, ...look }) => [Number(x) < 40, look["text-anchor"], look["font-size"]])).toEqual([
    [true, "end", 9],
    [true, "end", 9],
  ]);
});
