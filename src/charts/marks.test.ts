import { describe, expect, test } from "vitest";
import { attentionFigure } from "./attention-marks.ts";
import { attentionPattern, labelledAttention } from "./attention.ts";
import { signedBars } from "./bars.ts";
import { figureInks } from "./figure-inks.ts";
import { figureSvg } from "./figure-svg.ts";
import { countOf, duration, figures, megabytes, nats, percent, signedNats } from "./number-format.ts";

describe("attentionPattern", () => {
  test("has the causal triangle, a row per query", () => {
    const drawn = attentionPattern(
      [
        [1, 0],
        [0.25, 0.75],
      ],
      100,
      { left: 20, top: 10 },
      String,
    );
    // (100 − 20) / 2 = 40, of which 24 are used
    expect(drawn.cells.map(({ query, key, x, y, fill }) => [query, key, x, y, fill])).toEqual([
      [0, 0, 20, 10, "1"],
      [1, 0, 20, 34, "0.25"],
      [1, 1, 44, 34, "0.75"],
    ]);
    expect([drawn.width, drawn.height]).toEqual([68, 58]);
  });

  test("names its tokens in the room that they have, and leaves as a file of its own", () => {
    const pattern = [
      [1, 0],
      [0.25, 0.75],
    ];
    // 72 for names at most, 7 a character, 8 between: 9 characters
    const drawn = labelledAttention(pattern, ["<s>", "twelve and a half"], 260, () => "#123456");
    expect([drawn.left, drawn.labels]).toEqual([72, ["<s>", "twelve a…"]]);
    const crowd = Array.from({ length: 60 }, () => new Array<number>(60).fill(0));
    expect(labelledAttention(crowd, [], 260, String).labels.join("")).toBe("");
    const svg = figureSvg(attentionFigure(drawn, figureInks(false)), { title: "“&”", caption: ["a < b"] });
    expect(svg.match(/#123456/g)).toHaveLength(3);
    expect(svg).toContain("&#60;s&#62;");
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

describe("signedBars", () => {
  test("starts at the left while nothing is negative", () => {
    expect(signedBars([1, 4])).toEqual([
      { start: 0, size: 0.25 },
      { start: 0, size: 1 },
    ]);
  });

  test("puts zero in the middle as soon as something is", () => {
    expect(signedBars([4, -2])).toEqual([
      { start: 0.5, size: 0.5 },
      { start: 0.25, size: 0.25 },
    ]);
  });

  test("gives nothing a length when all is 0", () => {
    expect(signedBars([0, 0]).map((bar) => bar.size)).toEqual([0, 0]);
  });
});

describe("numbers", () => {
  test.each([
    [percent(0.9417), "94.2\u202f%"],
    [nats(-7.976), "−7.98"],
    [nats(-0.001), "0.00"],
    [nats(Number.NaN), "·"],
    [signedNats(0.61), "+0.61"],
    [signedNats(0.001), "0.00"],
    [figures(22.904), "22.9"],
    [figures(-0.28889), "−0.289"],
    [figures(0), "0"],
    [countOf(3_185_088), "3.19\u202fM"],
    [countOf(12), "12"],
    [megabytes(12_860_000), "12.9\u202fMB"],
    [duration(400), "1\u202fs"],
    [duration(125_000), "2\u202fmin"],
  ])("%s", (written, expected) => {
    expect(written).toBe(expected);
  });
});
