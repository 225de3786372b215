import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { publishedChain } from "#analysis/chain/published.ts";
import type { PublishedRecord } from "#analysis/chain/published.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import { crowdedChain, handedOnChain, measuredChain } from "#test/chains.ts";
import { neighbour } from "./chain-drawing.ts";
import { MAX_WIDTH_PX, measuredLabel } from "./chain-curves.ts";
import { shownTokens } from "./chain-distribution.ts";
import { STACKED_PX, chainLayout } from "./chain-layout.ts";
import { pathsThrough } from "./chain-marks.ts";
import type { ChainPlate } from "./chain-marks.ts";
import { nodeMark } from "./chain-nodes.ts";
import type { NodeState } from "./chain-nodes.ts";
import { STAGE_TITLES } from "./chain-scene.ts";
import { chainFigure } from "./chain-figure.ts";
import { CHAIN_STYLE, fileStyle } from "./chain-style.ts";
import { figureSvg } from "../marks/figure-svg.ts";
import type { Box } from "../maps/heatmap.ts";
import { nats } from "../number-format.ts";
import { MONO, SANS } from "../marks/mark.ts";
import type { Mark } from "../marks/mark.ts";

const file = join(import.meta.dirname, "..", "..", "..", "public", "findings", "llama-7b-3plus5.json");
const chain = publishedChain(JSON.parse(readFileSync(file, "utf8")) as PublishedRecord);
const tokensOf = ({ ablation, target: { text } }: Chain) => {
  const { before, after, targetBefore, targetAfter } = ablation!;
  return shownTokens(before, after, { text, before: targetBefore, after: targetAfter }, 5);
};
const tokens = tokensOf(chain);

interface Named extends Box {
  readonly id: string;
}

const overlapping = (boxes: readonly Named[]) =>
  boxes.flatMap((a, index) =>
    boxes
      .slice(index + 1)
      .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
      .map((b) => `${a.id} ${b.id}`),
  );

const BARE: NodeState = {
  isAblated: false,
  isSelected: false,
  isCursor: false,
  isDim: false,
  isInteractive: false,
  isPlain: false,
  name: () => "",
};

/** The widest of the faces that a plate's texts are set in, a character: the head's name, all else. */
const CHARACTER_PX = { head: 8.5, other: 6.6 };
const LINE_PX = 13;
/** Of the text face that bands are named in. */
const NAME_CHARACTER_PX = 5.9;

/** A plate's texts as boxes. */
function textsOf({ children = [] }: Mark, plate: ChainPlate): Named[] {
  return children.flatMap(({ key, tag, attrs = {}, text = "" }) => {
    if (tag !== "text") return [];
    const width =
      text.trim().length * (plate.kind === "head" ? CHARACTER_PX.head : key === "figure" ? 6 : CHARACTER_PX.other);
    const isMiddle = plate.kind === "head" || plate.kind === "attention-layer";
    const left = isMiddle ? width / 2 : key === "figure" ? width : 0;
    const [x, y] = [Number(attrs["x"]), Number(attrs["y"])];
    return [{ id: text, x: plate.x + x - left, y: plate.y + y - LINE_PX / 2, width, height: LINE_PX }];
  });
}

/** On a phone held upright, beside another chain, on the page at 1280 pixels, alone on a wide page. */
const WIDTHS = [358, STACKED_PX, 828, 1400];
const CASES = [
  ["the published chain", chain],
  ["a chain of as many parts as there can be", crowdedChain()],
  ["a chain one of whose layers writes at two positions", handedOnChain()],
] as const;

describe.each(CASES.flatMap(([name, each]) => WIDTHS.map((width) => [name, width, each] as const)))(
  "%s in %i pixels",
  (_name, width, chain) => {
    const layout = chainLayout(chain, width, tokensOf(chain));

    test("has every node but the prediction once, inside the drawing", () => {
      const drawn = chain.nodes.filter(({ kind }) => kind !== "prediction").map(({ id }) => id);
      expect(layout.plates.map(({ id }) => id).sort()).toEqual(drawn.sort());
      for (const plate of layout.plates) {
        expect(plate.x).toBeGreaterThanOrEqual(0);
        expect(plate.x + plate.width).toBeLessThanOrEqual(width);
        expect(plate.y + plate.height).toBeLessThanOrEqual(layout.height);
      }
    });

    test("has every node in the band of its stage; embeddings stand with the prompt", () => {
      for (const { name, nodes } of chain.stages) {
        const band = layout.bands.find((each) => each.name === name)!;
        for (const plate of layout.plates.filter(({ id, kind }) => kind !== "embedding" && nodes.includes(id))) {
          expect(plate.x).toBeGreaterThanOrEqual(band.x);
          expect(plate.y).toBeGreaterThanOrEqual(band.y);
          expect(plate.y + plate.height).toBeLessThanOrEqual(band.y + band.height);
        }
      }
    });

    test("has no two plates on top of each other", () => {
      expect(overlapping(layout.plates)).toEqual([]);
    });

    test("has every edge once, the strongest last", () => {
      expect(layout.curves).toHaveLength(chain.edges.length);
      const strengths = layout.curves.map(({ strength }) => strength);
      expect(strengths).toEqual([...strengths].sort((a, b) => a - b));
    });

    test("has its bands, and the prediction, beside or below each other without a touch", () => {
      const areas = [...layout.bands, layout.distribution];
      expect(overlapping(areas.map((area, index) => ({ ...area, id: String(index) })))).toEqual([]);
      expect(overlapping([...layout.plates, { ...layout.distribution, id: "prediction" }])).toEqual([]);
    });

    test("has no text over another, in a plate or over a band's name", () => {
      const { bands, plates, isStacked } = layout;
      for (const plate of plates) {
        const texts = textsOf(nodeMark(plate, BARE), plate);
        expect(overlapping(texts)).toEqual([]);
        for (const text of texts) {
          expect(text.x, `${plate.id}: ${text.id}`).toBeGreaterThanOrEqual(plate.x);
          expect(text.x + text.width, `${plate.id}: ${text.id}`).toBeLessThanOrEqual(plate.x + plate.width);
        }
      }
      const names = bands.map(({ x, y, name }): Named => {
        const lines = isStacked ? [STAGE_TITLES[name].join(" ")] : STAGE_TITLES[name];
        const width = Math.max(...lines.map((line) => (line.length + 2) * NAME_CHARACTER_PX));
        return { id: name, x: x + 8, y: y + 6, width, height: lines.length * 15 };
      });
      const onNames = [...names, ...plates.filter(({ kind }) => kind !== "embedding")];
      expect(overlapping(onNames).filter((pair) => names.some(({ id }) => pair.startsWith(`${id} `)))).toEqual([]);
    });
  },
);

test("an edge is as wide as its share, into the prediction as its increase, from a place that the head reads as both shares", () => {
  const crowded = crowdedChain();
  const edges = crowded.edges.map((edge) => ({
    ...edge,
    ...(edge.kind === "promotes" && { claimed: edge.from === "L3N0" ? -0.5 : 0.25 }),
    ...(edge.kind === "enhances" && edge.to === "L3H1" && { placeShare: 0.5 }),
  }));
  const { curves } = chainLayout({ ...crowded, edges }, 828, []);
  const widthOf = (from: string, to: string) => curves.find(({ edge }) => edge.from === from && edge.to === to)!.width;
  expect(widthOf("L3N0", "prediction")).toBe(MAX_WIDTH_PX);
  expect(widthOf("L4N1", "prediction")).toBe(MAX_WIDTH_PX / 2);
  expect(widthOf("L3H1", "L3N0")).toBeCloseTo(0.4 * MAX_WIDTH_PX, 12);
  expect(widthOf("E@0", "L1A")).toBeCloseTo(0.4 * MAX_WIDTH_PX, 12);
  expect(widthOf("E@2", "L3H1")).toBeCloseTo(0.5 * 0.4 * MAX_WIDTH_PX, 12);
});

test.each([
  ["L1A", 5, "L1 attn"],
  ["L1A@3", 3, "L1 attn@3"],
  ["L31A@1024", 1024, "L31A@1024"],
])("the plate of %s says which layer it is, and where it writes if not at the end", (id, position, name) => {
  const carrier = { ...crowdedChain().nodes.find((node) => node.id === "L1A")!, id, position };
  const node = { ...carrier, layer: Number(/\d+/.exec(id)![0]) };
  const { children } = nodeMark({ id, kind: node.kind, node, x: 0, y: 0, width: 76, height: 38 }, BARE);
  expect(children!.find(({ key }) => key === "name")!.text).toBe(`${name} `);
});

test.each([false, true])(
  "leaves as a file with no colour that only the page knows, and no number that is none, dark: %s",
  (isDark) => {
    const look = {
      off: new Set<string>(),
      selected: undefined,
      cursor: undefined,
      lit: undefined,
      beforeName: "before",
      afterName: "without L17H22",
      isInteractive: true,
      name: () => "",
    };
    const figure = chainFigure([{ layout: chainLayout(chain, 828, tokens), look, title: "3+5=" }], isDark);
    const svg = figureSvg(figure, { title: "3+5=", caption: [] }, isDark);
    expect(svg).toContain("without L17H22");
    expect(svg).not.toMatch(/var\(|NaN|undefined|Infinity|data-switch/);
  },
);

test.each([
  ["light", 1],
  ["dark", 2],
])("a file has the colours of the page's %s theme, on the ground of its panels", (theme, place) => {
  const css = readFileSync(join(import.meta.dirname, "..", "..", "views", "page", "tokens.css"), "utf8");
  const tokenOf = (name: string) => new RegExp(`--${name}: light-dark\\((\\S+), (\\S+)\\);`).exec(css)?.[place];
  const fonts: Record<string, string> = { sans: SANS, mono: MONO };
  const expected = CHAIN_STYLE.replace(/var\(--([\w-]+)\)/g, (_, name: string) =>
    String(fonts[name] ?? tokenOf(name === "paper" ? "sheet" : name)),
  );
  expect(expected).not.toContain("undefined");
  expect(fileStyle(theme === "dark")).toBe(expected);
});

test("all that leads to a head and all that it leads to lies on its paths", () => {
  const head = chain.nodes.find(({ kind }) => kind === "head")!.id;
  const lit = pathsThrough(chain, head);
  const beside = chain.edges.flatMap(({ from, to }) => (to === head ? [from] : from === head ? [to] : []));
  expect(beside.filter((id) => !lit.has(id))).toEqual([]);
});

test("arrow keys go to a plate on that side, and stay where there is none", () => {
  const { plates } = chainLayout(chain, 1400, tokens);
  const middle = ({ x, width }: (typeof plates)[number]) => x + width / 2;
  const steps = plates.map((plate) => {
    const right = plates.find(({ id }) => id === neighbour(plates, plate.id, { x: 1, y: 0 }))!;
    return right === plate ? 1 : middle(right) - middle(plate);
  });
  expect(Math.min(...steps)).toBeGreaterThan(0);
  const last = plates.reduce((most, plate) => (middle(plate) > middle(most) ? plate : most));
  expect(neighbour(plates, last.id, { x: 1, y: 0 })).toBe(last.id);
});

describe("what was measured of edges", () => {
  const texts = (drawn: Chain) =>
    figureSvg(
      chainFigure(
        [
          {
            title: "",
            layout: chainLayout(drawn, 828, tokensOf(drawn)),
            look: {
              off: new Set<string>(),
              selected: undefined,
              cursor: undefined,
              lit: undefined,
              beforeName: "",
              afterName: "",
              isInteractive: false,
              isPlain: false,
              name: () => "",
            },
          },
        ],
        false,
      ),
      { title: "", caption: [] },
    ).match(/curve-label"[^>]*>[^<]*/g) ?? [];
  const labels = (drawn: Chain) => texts(drawn).map((text) => text.slice(text.indexOf(">") + 1));

  test("is written on them: into a neuron what goes of its activation, elsewhere nats", () => {
    expect(labels(crowdedChain())).not.toContain("25\u202f%");
    const drawn = measuredChain();
    const predicts = drawn.edges.filter(({ kind }) => kind === "predicts");
    expect(labels(drawn).filter((label) => label === "25\u202f%")).toHaveLength(predicts.length);
    for (const { path } of drawn.edges.filter(({ kind }) => kind === "promotes"))
      expect(labels(drawn)).toContain(nats(path!.effect));
  });

  test("is 0 % of a neuron that does not hear it, more than all of one that it turns, and nothing of one that was silent", () => {
    const into = (before: number, after: number) => measuredLabel({ effect: 0, activation: { before, after } });
    expect([into(4, 4), into(4, -2), into(4, 6), into(0, 1)]).toEqual(["0\u202f%", "150\u202f%", "−50\u202f%", "·"]);
  });
});
