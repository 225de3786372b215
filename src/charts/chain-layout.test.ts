import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { publishedChain } from "#analysis/chain/published.ts";
import type { PublishedRecord } from "#analysis/chain/published.ts";
import { neighbour } from "./chain-drawing.ts";
import { shownTokens } from "./chain-distribution.ts";
import { STACKED_PX, chainLayout } from "./chain-layout.ts";
import { pathsThrough } from "./chain-marks.ts";
import { chainSvg } from "./chain-svg.ts";

const file = join(import.meta.dirname, "..", "..", "public", "findings", "llama-7b-3plus5.json");
const chain = publishedChain(JSON.parse(readFileSync(file, "utf8")) as PublishedRecord);
const { before, after, targetBefore, targetAfter } = chain.ablation!;
const target = { text: chain.target.text, before: targetBefore, after: targetAfter };
const tokens = shownTokens(before, after, target, 5);

describe.each([360, STACKED_PX, 828, 1400])("the published chain in %i pixels", (width) => {
  const layout = chainLayout(chain, width, tokens);

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
    const overlaps = layout.plates.flatMap((a, index) =>
      layout.plates
        .slice(index + 1)
        .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
        .map((b) => `${a.id} ${b.id}`),
    );
    expect(overlaps).toEqual([]);
  });

  test("has every edge once, the strongest last", () => {
    expect(layout.curves).toHaveLength(chain.edges.length);
    const strengths = layout.curves.map(({ strength }) => strength);
    expect(strengths).toEqual([...strengths].sort((a, b) => a - b));
  });
});

test("leaves as a file with no colour that only the page knows, and no number that is none", () => {
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
  const svg = chainSvg([{ layout: chainLayout(chain, 828, tokens), look, title: "3+5=" }], {
    title: "3+5=",
    caption: [],
  });
  expect(svg).toContain("without L17H22");
  expect(svg).not.toMatch(/var\(|NaN|undefined|Infinity|data-switch/);
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
