import { expect, test } from "vitest";
import { figureInks } from "../marks/figure-inks.ts";
import { lensCellAt, lensMap } from "./lens-map.ts";

const OPTIONS = {
  rows: ["emb", "L0", "L1"],
  columns: ["3", "+"],
  width: 400,
  inks: figureInks(false),
  isDark: false,
};
const cell = (label: string, share = 0.5) => ({ label, share, title: label });
const CELLS = [
  [cell("a"), cell("b")],
  [cell("c"), cell("d")],
  [cell("a very long token"), cell("f")],
];

test("the embedding stands at the top, the prompt runs to the right, and a point finds its cell", () => {
  const map = lensMap(CELLS, OPTIONS);
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 2; column++) {
      const box = map.boxOf(row, column);
      expect(lensCellAt(map, box.x + box.width / 2, box.y + box.height / 2)).toEqual({ row, column });
      expect(box.x + box.width).toBeLessThanOrEqual(map.width);
      expect(box.y + box.height).toBeLessThanOrEqual(map.height);
    }
  }
  expect(map.boxOf(1, 0).y).toBeGreaterThan(map.boxOf(0, 0).y);
  expect(lensCellAt(map, 2, 2)).toBeUndefined();
  expect(lensCellAt(map, map.width + 3, map.height / 2)).toBeUndefined();
});

test("a token that has no room is cut, and stands whole in its title", () => {
  const map = lensMap(CELLS, { ...OPTIONS, width: 100 });
  const labels = map.marks.filter(({ tag }) => tag === "text").map(({ text }) => text);
  expect(labels).toContain("a ver…");
  const titles = map.marks.flatMap(({ children = [] }) => children.map(({ text }) => text));
  expect(titles).toContain("a very long token");
});

test("a surer cell is darker on paper", () => {
  const map = lensMap([[cell("a", 0.1), cell("b", 0.9)]], { ...OPTIONS, rows: ["emb"] });
  const fills = map.marks.filter(({ tag }) => tag === "rect").map(({ attrs }) => String(attrs!["fill"]));
  const light = (fill: string) => fill.match(/\d+/g)!.reduce((sum, channel) => sum + Number(channel), 0);
  expect(light(fills[0]!)).toBeGreaterThan(light(fills[1]!));
});
