import { describe, expect, test } from "vitest";
import { divergingScale } from "../colour.ts";
import { figureInks } from "../marks/figure-inks.ts";
import { headMaps } from "./head-maps.ts";

function cellsOf(width: number, { maps = 5, layers = 6, heads = 8 }) {
  const values = Array.from({ length: layers }, () => new Array<number>(heads).fill(-0.5));
  const figure = headMaps(
    Array.from({ length: maps }, (_, index) => ({ name: `map ${index}`, values })),
    { width, inks: figureInks(false), scale: divergingScale(1, "linear", false), format: String },
  );
  return { figure, cells: figure.marks.filter(({ tag }) => tag === "rect").map(({ attrs }) => attrs) };
}

describe("maps of heads side by side", () => {
  test.for([
    [320, 8],
    [320, 64],
    [720, 32],
    [1200, 128],
  ] as const)("%i px wide with %i heads, every cell has a size and lies within the figure", ([width, heads]) => {
    const { figure, cells } = cellsOf(width, { heads });
    expect(cells).toHaveLength(5 * 6 * heads);
    for (const cell of cells) {
      const { x, y, width: across, height: down } = cell as Record<"x" | "y" | "width" | "height", number>;
      expect(across).toBeGreaterThan(1);
      expect(down).toBeGreaterThan(1);
      expect(x + across).toBeLessThanOrEqual(figure.width);
      expect(y + down).toBeLessThanOrEqual(figure.height);
    }
  });
});
