import { describe, expect, test } from "vitest";
import { figureInks } from "../marks/figure-inks.ts";
import { figureSvg } from "../marks/figure-svg.ts";
import { short } from "../number-format.ts";
import { boxAt, cellAt, operandMap } from "./operand-map.ts";
import { operandFigure } from "./operand-map-marks.ts";
import { plotScale } from "../plots/plot-scale.ts";

const VALUES = [
  [1, -2, Number.NaN],
  [0, 1, 4],
];
const scale = plotScale("signed", VALUES.flat(), false);
const mapOf = (width: number, values: readonly (readonly number[])[] = VALUES) =>
  operandMap(values, { aFrom: 3, bFrom: 0, width, scale });

describe("the map of operands", () => {
  test("a goes down, b to the right, and a point finds the cell that it lies in", () => {
    const map = mapOf(600);
    expect([map.rows, map.cols]).toEqual([2, 3]);
    for (let a = 0; a < 2; a++) {
      for (let b = 0; b < 3; b++) {
        const { x, y, width, height } = boxAt(map, a, b);
        expect(cellAt(map, x + width / 2, y + height / 2)).toEqual({ a, b });
      }
    }
    expect(cellAt(map, map.left - 1, map.top + 1)).toBeUndefined();
    expect(cellAt(map, map.left + 3 * map.step + 1, map.top + 1)).toBeUndefined();
  });

  test("cells of one value share a mark, and what has no number is marked apart", () => {
    const map = mapOf(600);
    expect(map.paths.map(({ d }) => d.split("M").length - 1)).toEqual([2, 1, 1, 1]);
    expect(map.unknown.split("M").length - 1).toBe(1);
    expect(map.labels.map(({ text }) => text)).toEqual(["1.00", "−2.00", "0.00", "1.00", "4.00"]);
  });

  test("ten thousand cells fit a phone, without numbers, with every tenth tick", () => {
    const map = mapOf(
      350,
      Array.from({ length: 100 }, () => new Array<number>(100).fill(1)),
    );
    expect(map.width).toBeLessThanOrEqual(350);
    expect(map.labels).toEqual([]);
    expect(map.bTicks.map(({ label }) => label)).toEqual(["0", "10", "20", "30", "40", "50", "60", "70", "80", "90"]);
    expect(map.aTicks[0]!.label).toBe("10");
    expect(map.paths).toHaveLength(1);
  });

  test("as a file it carries its numbers, ticks, legend and caption", () => {
    const svg = figureSvg(operandFigure(mapOf(600), scale.legend, "activation", figureInks(false)), {
      title: "L4N425 & a",
      caption: ["why"],
    });
    const parsed = svg.match(/>[^<>]+</g)!.map((text) => text.slice(1, -1));
    expect(parsed).toEqual(expect.arrayContaining(["L4N425 &#38; a", "−2.00", "b →", "activation", "why", "4"]));
  });
});

describe("the scale of a plot", () => {
  test("signed values: the same distance from 0 is equally strong, and small ones stay pale", () => {
    const pale = plotScale("signedNats", [0.02, -0.01], false);
    expect(pale.legend.ticks.map(({ label }) => label)).toEqual(["−0.20", "0.00", "0.20"]);
    expect(scale.legend.ticks.map(({ at }) => at)).toEqual([0, 0.5, 1]);
  });

  test("probabilities go from 0 to 1, log-probabilities from the lowest to 0", () => {
    const probability = plotScale("probability", [0.4], false);
    expect(probability.legend.ticks.map(({ label }) => label.replace(/\s/, " "))).toEqual([
      "0.0 %",
      "50.0 %",
      "100.0 %",
    ]);
    const log = plotScale("logProbability", [-8, -0.1, Number.NaN], true);
    expect(log.legend.ticks.map(({ label }) => label)).toEqual(["−8.00", "−4.00", "0.00"]);
    expect(log.colour(-8)).not.toBe(log.colour(0));
  });
});

test.each([
  [0.0176, "0.02"],
  [-0.4, "−0.40"],
  [9.996, "10.0"],
  [-14.84, "−14.8"],
  [99.96, "100"],
  [-1234, "−1234"],
  [12_345, "1e+4"],
])("%f is written in a cell as %s", (value, text) => {
  expect(short(value)).toBe(text);
});
