import { describe, expect, test } from "vitest";
import { attentionFigure } from "./maps/attention-marks.ts";
import { attentionPattern, labelledAttention, partSentence } from "./maps/attention.ts";
import { signedBars } from "./plots/bars.ts";
import { figureInks } from "./marks/figure-inks.ts";
import { legendMarks } from "./marks/legend-marks.ts";
import { figureSvg } from "./marks/figure-svg.ts";
import { bytesOf, countOf, duration, figures, megabytes, nats, percent, signedNats } from "./number-format.ts";

test.each([false, true])("the key to a map's colours is written in its figure's inks, dark: %s", (isDark) => {
  const key = { stops: [{ offset: 0, colour: "#123456" }], ticks: [{ at: 0.5, label: "0" }] };
  const { ink, soft } = figureInks(isDark);
  const words = legendMarks(key, "nats", figureInks(isDark)).filter(({ tag }) => tag === "text");
  expect(words.map(({ text, attrs }) => [text, attrs?.["fill"]])).toEqual([
    ["0", ink],
    ["nats", soft],
  ]);
});

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
    expect([drawn.left, drawn.rowLabels]).toEqual([72, ["<s>", "twelve a…"]]);
    expect(drawn.columnLabels).toEqual(drawn.rowLabels);
    const crowd = Array.from({ length: 40 }, () => new Array<number>(40).fill(0));
    expect(labelledAttention(crowd, [], 260, String).rowLabels.join("")).toBe("");
    const svg = figureSvg(attentionFigure(drawn, figureInks(false), String), { title: "“&”", caption: ["a < b"] });
    expect(svg.match(/#123456/g)).toHaveLength(3);
    expect(svg).toContain("&#60;s&#62;");
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

describe("the attention of a prompt that does not fit", () => {
  // every token reads itself and the first one, the last one also the tenth
  const TOKENS = 201;
  const pattern = Array.from({ length: TOKENS }, (_, query) =>
    Array.from({ length: TOKENS }, (__, key) => (key === 0 || key === query ? 0.5 : 0) as number),
  );
  pattern[200]![9] = 0.25;
  const names = Array.from({ length: TOKENS }, (_, position) => `w${position}`);

  test("fits, with a name at every row and column", () => {
    for (const room of [260, 520]) {
      const drawn = labelledAttention(pattern, names, room, String);
      expect(drawn.width).toBeLessThanOrEqual(room);
      expect(drawn.height).toBeLessThanOrEqual(room);
      expect([...drawn.rowLabels, ...drawn.columnLabels].every((label) => label !== "")).toBe(true);
    }
  });

  test("has the last tokens for rows, and what the last one reads most for columns", () => {
    // 4 characters of 7 and 8 between: 36, and 224 are 24 cells of 9
    const drawn = labelledAttention(pattern, names, 260, String);
    expect(drawn.queries).toEqual(Array.from({ length: 24 }, (_, row) => 177 + row));
    expect(drawn.keys).toEqual(expect.arrayContaining([0, 9, 200]));
    expect(drawn.keys).toHaveLength(24);
    expect(drawn.cells.filter(({ query, share }) => query === 200 && share > 0).map(({ key }) => key)).toEqual([
      0, 9, 200,
    ]);
    expect(drawn.cells.every(({ query, key, share }) => key <= query && share === pattern[query]![key])).toBe(true);
    expect(partSentence(drawn, TOKENS)).toBe(
      ": of 201 tokens the last 24 read, and the 24 that the last one reads most are read",
    );
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
    [percent(Number.NaN), "·"],
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
    [duration(7_140_000), "119\u202fmin"],
    [duration(7_200_000), "2.0\u202fh"],
    [duration(7e9), "81\u202fdays"],
    [bytesOf(640), "640\u202fB"],
    [bytesOf(999.9), "1.0\u202fkB"],
    [bytesOf(9_960), "10\u202fkB"],
    [bytesOf(431_000), "431\u202fkB"],
    [bytesOf(999_700), "1.0\u202fMB"],
  ])("%s", (written, expected) => {
    expect(written).toBe(expected);
  });
});
