import { describe, expect, test } from "vitest";
import { divergingScale } from "../colour.ts";
import { figureInks } from "../marks/figure-inks.ts";
import { figureSvg } from "../marks/figure-svg.ts";
import { heatmapFigure } from "./heatmap-figure.ts";
import { heatmap } from "./heatmap.ts";
import { legend } from "../legend.ts";

const SCALE = divergingScale(2, "linear", false);

describe("heatmap", () => {
  test("places cells as worked out by hand", () => {
    // 300 wide: 32 for the layers' names, 76 for the sums, 12 between: 180 for 2 heads, 84 at most each
    const map = heatmap([[2, -1]], 300, SCALE);
    expect(map.rows[0]!.cells.map(({ x, y, width, height }) => [x, y, width, height])).toEqual([
      [32, 24, 82, 32],
      [116, 24, 82, 32],
    ]);
    expect(map.width).toBe(32 + 2 * 84 + 76);
  });

  test("has layers as rows, the first at the top, and heads as columns", () => {
    const map = heatmap(
      [
        [1, 0],
        [0, 0],
      ],
      600,
      SCALE,
    );
    expect(map.rows.map((row) => row.layer)).toEqual([0, 1]);
    expect(map.rows[0]!.y).toBeLessThan(map.rows[1]!.y);
    expect(map.columns.map((column) => column.label)).toEqual(["H0", "H1"]);
  });

  test("adds up each row, and waits for all of it", () => {
    const map = heatmap(
      [
        [2, -0.5],
        [1, Number.NaN],
      ],
      600,
      SCALE,
    );
    expect(map.rows[0]!.sum).toBe(1.5);
    expect(map.rows[1]!.sum).toBeNaN();
    expect(map.rows[1]!.cells[1]).toMatchObject({ fill: "none", label: "" });
  });

  test("draws a negative sum to the left of zero, a positive one to the right", () => {
    const map = heatmap([[1], [-2]], 600, SCALE);
    const [up, down] = map.rows.map((row) => row.sumBar);
    expect(up!.x).toBe(map.sumZeroX);
    expect(down!.x + down!.width).toBeCloseTo(map.sumZeroX, 10);
    expect(down!.width).toBeCloseTo(2 * up!.width, 10);
  });

  test("measures a sum that is small on the map's own scale, also where no other is larger", () => {
    const [tiny] = heatmap([[0.001], [Number.NaN]], 600, SCALE).rows;
    const [full] = heatmap([[SCALE.limit], [Number.NaN]], 600, SCALE).rows;
    expect(tiny!.sumBar.width).toBeCloseTo((full!.sumBar.width * 0.001) / SCALE.limit, 10);
  });

  test("writes numbers only where there is room", () => {
    expect(heatmap([[1.234]], 600, SCALE).rows[0]!.cells[0]!.label).toBe("1.23");
    expect([heatmap([[1]], 600, SCALE), heatmap([[1, 1, 1, 1]], 200, SCALE)].map((map) => map.hasNumbers)).toEqual([
      true,
      false,
    ]);
    expect(heatmap([new Array<number>(32).fill(1)], 390, SCALE).rows[0]!.cells[0]!.label).toBe("");
  });
});

test("legend marks both ends and the middle", () => {
  expect(legend(SCALE).ticks).toEqual([
    { at: 0, label: "−2.00" },
    { at: 0.5, label: "0.00" },
    { at: 1, label: "2.00" },
  ]);
  expect(legend(SCALE).stops).toHaveLength(25);
});

test("its file is well-formed with any prompt in its title", () => {
  const map = heatmap([[2, -1]], 600, SCALE);
  const text = { title: '“<s> & "x"”\u0000', caption: ["a < b"] };
  const svg = figureSvg(heatmapFigure(map, legend(SCALE), figureInks(false)), text);
  expect(svg).toContain("“&#60;s&#62; &#38; &#34;x&#34;”⟨U+0000⟩</text>");
  expect(svg).not.toMatch(/NaN|undefined/);
});
