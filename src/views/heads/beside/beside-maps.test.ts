import { describe, expect, test } from "vitest";
import { parse } from "csv-parse/sync";
import { headsApart } from "#state/run/heads-apart.ts";
import { decodeFinding } from "#state/link/permalink.ts";
import { EMPTY_SLOT, results } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { csvFile, jsonFile, svgFile } from "../../exports/files.ts";
import type { Stamp } from "../../exports/drawn.ts";
import { besideSentence, drawnBeside, drawnMaps, mapsBeside, sharedScale } from "./beside-maps.ts";

const STAMP: Stamp = { version: "9.9.9", date: new Date("2026-11-29T06:00:00Z"), address: "http://here/" };
const UNKNOWN = Number.NaN;

const about = (prompt: string, text: string, changed: Partial<Subject> = {}): Subject => ({
  model: { id: "abacus", name: "abacus" },
  variant: "base",
  prompt,
  target: undefined,
  interventions: [],
  tokens: [{ id: 4, text: prompt }],
  token: { id: 8, text },
  ...changed,
});

/** Maps of log p −0.5 and −1: effects [[1, 0], [0, 4]] and [[0.25, 8], [0, −1]]. */
const OWN = {
  about: about("3+5=", "8"),
  value: {
    target: 8,
    baseline: -0.5,
    logProbability: [
      [-1.5, -0.5],
      [-0.5, -4.5],
    ],
  },
};
const OTHER = {
  about: about("4+5=", "9"),
  value: {
    target: 9,
    baseline: -1,
    logProbability: [
      [-1.25, -9],
      [-1, 0],
    ],
  },
};

test("heads come by how far apart their effects are, and the sentence names the first with both numbers", () => {
  const maps = mapsBeside(OWN, OTHER);
  expect(headsApart(maps[0]!.effects, maps[1]!.effects)).toEqual([
    { at: { layer: 0, head: 1 }, here: 0, there: 8 },
    { at: { layer: 1, head: 1 }, here: 4, there: -1 },
    { at: { layer: 0, head: 0 }, here: 1, there: 0.25 },
    { at: { layer: 1, head: 0 }, here: 0, there: 0 },
  ]);
  expect(besideSentence(maps)).toBe(
    "L0H1 differs most: it is worth 0.00 nats to 8 after “3+5=”, and 8.00 to 9 after “4+5=”.",
  );
});

test("what has not arrived decides nothing", () => {
  const part = {
    ...OTHER,
    value: {
      ...OTHER.value,
      logProbability: [
        [UNKNOWN, UNKNOWN],
        [-1, 0],
      ],
    },
  };
  expect(besideSentence(mapsBeside(OWN, part))).toBe(
    "So far: L1H1 differs most: it is worth 4.00 nats to 8 after “3+5=”, and −1.00 to 9 after “4+5=”.",
  );
  const none = {
    ...OTHER,
    value: {
      ...OTHER.value,
      logProbability: [
        [UNKNOWN, UNKNOWN],
        [UNKNOWN, UNKNOWN],
      ],
    },
  };
  expect(besideSentence(mapsBeside(OWN, none))).toBe("No head is known in both maps yet.");
  expect(besideSentence(mapsBeside(OWN, { value: undefined, about: undefined }))).toBe("");
  expect(
    drawnBeside(mapsBeside(OWN, { value: undefined, about: undefined }), "linear", results.getInitialState()),
  ).toBe(undefined);
});

test("two maps that are as good as one say so", () => {
  expect(besideSentence(mapsBeside(OWN, { ...OWN, about: about("5+3=", "8") }))).toBe(
    "No head is worth more in one of them than in the other by more than 0.00 nats.",
  );
});

describe("both maps have one scale", () => {
  const maps = mapsBeside(OWN, OTHER);
  test.each(["linear", "log"] as const)("of colours, %s", (kind) => {
    const scale = sharedScale(maps, kind, false);
    // 8 nats, the largest effect of both
    expect(scale.limit).toBe(8);
    const [first, second] = drawnMaps(maps, 600, scale, false);
    const fillAt = (of: typeof first, layer: number, head: number) => of!.map.rows[layer]!.cells[head]!.fill;
    expect(fillAt(first, 1, 1)).toBe(scale.colour(4));
    expect(fillAt(second, 0, 1)).toBe(scale.colour(8));
    expect(fillAt(first, 1, 1)).not.toBe(fillAt(second, 0, 1));
  });

  test("and of the bars of their sums, whichever has the larger ones", () => {
    const pxPerNat = (of: ReturnType<typeof drawnMaps>[number]) =>
      of.map.rows.filter(({ sum }) => sum !== 0).map(({ sum, sumBar }) => sumBar.width / Math.abs(sum));
    const drawn = drawnMaps(maps, 600, sharedScale(maps, "linear", false), false);
    const lengths = drawn.flatMap(pxPerNat);
    // sums: 1 and 4, 8.25 and −1
    expect(lengths).toHaveLength(4);
    for (const length of lengths) expect(length).toBeCloseTo(lengths[0]!, 9);
    const [[zero], [otherZero]] = drawn.map(({ map }) => [map.sumZeroX]) as [[number], [number]];
    expect(zero).toBe(otherZero);
  });
});

test("its files hold both maps under their titles, and its link opens both", () => {
  const slots = { ...results.getInitialState(), sweep: { ...EMPTY_SLOT, ...OWN }, otherSweep: EMPTY_SLOT };
  const drawn = drawnBeside(mapsBeside(OWN, OTHER), "linear", slots)!;
  const rows = parse<Record<string, string>>(csvFile(drawn, STAMP).content, { comment: "#", columns: true });
  expect(rows.map(({ map, head, effect }) => [map, head, Number(effect)])).toEqual([
    ["3+5=", "L0H0", 1],
    ["3+5=", "L0H1", 0],
    ["3+5=", "L1H0", 0],
    ["3+5=", "L1H1", 4],
    ["4+5=", "L0H0", 0.25],
    ["4+5=", "L0H1", 8],
    ["4+5=", "L1H0", 0],
    ["4+5=", "L1H1", -1],
  ]);
  const facts = JSON.parse(jsonFile(drawn, STAMP).content) as { readonly beside: unknown; readonly link: string };
  expect(facts.beside).toEqual({ prompt: "4+5=", variant: "base", tokens: ["4+5="], target: { id: 8, text: "9" } });
  const { finding, notices } = decodeFinding(facts.link.slice(facts.link.indexOf("#")));
  expect(notices).toEqual([]);
  expect([finding.prompt, finding.view, finding.reading]).toEqual(["3+5=", "heads", { other: "4+5=" }]);
  expect(svgFile(drawn, STAMP)!.content).toContain(">4+5=<");
});

describe("the figure", () => {
  const maps = mapsBeside(OWN, OTHER);
  const figure = drawnBeside(maps, "linear", results.getInitialState())!.figure!;
  const placesOf = (width: number) =>
    figure({ width, isDark: false, isPlain: false })
      .marks.slice(0, 2)
      .map(({ attrs }) => /translate\((\S+) (\S+)\)/.exec(String(attrs!["transform"]))!.slice(1).map(Number));

  test.each([320, 560, 640, 800, 1200])(
    "is no wider than %d px, and what is narrow stands below each other",
    (width) => {
      expect(figure({ width, isDark: false, isPlain: false }).width).toBeLessThanOrEqual(width);
      const [[firstX, firstY], [secondX, secondY]] = placesOf(width) as [[number, number], [number, number]];
      // each of two beside each other has at least 300 px, and 24 between them
      const isBeside = width >= 624;
      expect([secondX > firstX, secondY > firstY]).toEqual([isBeside, !isBeside]);
    },
  );

  test("is for the paper that is asked for", () => {
    const fills = (isDark: boolean) => JSON.stringify(figure({ width: 800, isDark, isPlain: false }).marks);
    const [light, dark] = [false, true].map((isDark) => sharedScale(maps, "linear", isDark).colour(8));
    expect(light).not.toBe(dark);
    expect([fills(false).includes(light!), fills(false).includes(dark!)]).toEqual([true, false]);
    expect([fills(true).includes(dark!), fills(true).includes(light!)]).toEqual([true, false]);
  });
});

describe("a map has no other one beside it that is of another question", () => {
  const off = { interventions: [{ kind: "head", at: { layer: 0, head: 1 }, scale: 0 }] } as const;
  const adapted = { variant: "adapted" } as const;
  test.each<[string, number, Partial<Subject>, Subject]>([
    ["after another prompt", 2, {}, about("4+5=", "9")],
    ["in the other variant", 2, {}, about("3+5=", "8", { ...adapted, target: 8 })],
    ["both with the same stand-ins", 2, { ablationSource: ["4+4="] }, about("4+5=", "9", { ablationSource: ["4+4="] })],
    ["with other stand-ins", 1, { ablationSource: ["4+4="] }, about("4+5=", "9", { ablationSource: ["2+2="] })],
    ["with stand-ins, where the first has none", 1, {}, about("4+5=", "9", { ablationSource: ["4+4="] })],
    ["both with the same part off", 2, off, about("4+5=", "9", off)],
    ["with nothing off, where the first has", 1, off, about("4+5=", "9")],
    ["about another token of the same prompt", 1, {}, about("3+5=", "9", { ...adapted, target: 9 })],
    ["of another prompt about a token that was chosen", 1, {}, about("4+5=", "8", { target: 8 })],
    ["of another model", 1, {}, about("4+5=", "9", { model: { id: "other", name: "other" } })],
    [
      "beside one that came with the page",
      2,
      { model: { id: "abacus", name: "abacus", recordedBy: "float64" } },
      about("4+5=", "9"),
    ],
  ])("%s: %i", (_what, count, own, other) => {
    const maps = mapsBeside({ ...OWN, about: about("3+5=", "8", own) }, { ...OTHER, about: other });
    expect(maps).toHaveLength(count);
    expect(drawnBeside(maps, "linear", results.getInitialState()) === undefined).toBe(count === 1);
  });
});

test("two variants of one prompt are told apart by their names, and the link names the other variant", () => {
  const other = { ...OTHER, about: about("3+5=", "8", { variant: "adapted", target: 8 }) };
  const maps = mapsBeside(OWN, other);
  expect(maps.map(({ title }) => title)).toEqual(["3+5= (base)", "3+5= (adapted)"]);
  expect(drawnBeside(maps, "linear", results.getInitialState())!.link!.reading).toEqual({ otherVariant: "adapted" });
});

test("a prompt that stands in for itself is said to, of the two and nobody else", () => {
  const says = (ablationSource: readonly string[]) => {
    const [own, other] = [OWN, OTHER].map((each) => ({ ...each, about: { ...each.about, ablationSource } }));
    return drawnBeside(mapsBeside(own!, other!), "linear", results.getState())!.says(true);
  };
  expect(says(["5+6=", "4+5=", "6+7=", "7+8="])).toContain(
    "“4+5=” is among the 4 prompts that stand in: after it 1/4 of what is put in place of a part is the part as it was.",
  );
  expect(says(["4+5="])).toContain("“4+5=” itself is what stands in: after it nothing changes.");
  expect(says(["5+6=", "6+7="])).toHaveLength(2);
});
