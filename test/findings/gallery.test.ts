import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import "#state/experiments/behind-door.ts";
import { linkAt } from "#state/guide/gallery.ts";
import type { GalleryCard } from "#state/guide/gallery.ts";
import { TOLERANCE_NATS } from "#state/link/checking/verification.ts";
import { shortContent } from "#state/link/finding.ts";
import type { Claims, Finding } from "#state/link/finding.ts";
import { MAX_LINK_CHARACTERS, decodeFinding } from "#state/link/permalink.ts";
import { numbersOf } from "../leaves.ts";
import { farthest } from "../farthest.ts";
import { bundledEngine } from "./bundled-engine.ts";
import type { BundledEngine } from "./bundled-engine.ts";
import { measured } from "./measured.ts";

/** Where a page may lie. */
const PAGE = "http://page.test/";
const FILE = join(import.meta.dirname, "../../public/findings/gallery.json");

const cards = JSON.parse(readFileSync(FILE, "utf8")) as readonly GalleryCard[];
const engines = new Map<string, Promise<BundledEngine>>();
afterAll(() => engines.clear());

/** The engine of a finding’s model and precision, started once. */
function engineOf({ model, dtype }: Finding): Promise<BundledEngine> {
  const key = `${model} ${dtype}`;
  const engine = engines.get(key) ?? bundledEngine(model, dtype!);
  engines.set(key, engine);
  return engine;
}

test("there are at least eight findings, each with a sentence and a link that mail carries, one of them unsolved", () => {
  expect(cards.length).toBeGreaterThanOrEqual(8);
  expect(new Set(cards.map(({ id }) => id)).size).toBe(cards.length);
  for (const { claim, link } of cards) {
    expect(claim).toMatch(/^[^.!?]+[.]$/);
    expect(link.length).toBeLessThanOrEqual(MAX_LINK_CHARACTERS);
  }
  const statuses = cards.map(({ status }) => status);
  expect(statuses).toContain("unsolved");
  expect(statuses).toContain("does not survive mean ablation");
});

test.each(cards)(
  "$id: what its link claims and its picture shows is what the model does",
  async (card) => {
    const { finding, notices } = decodeFinding(linkAt(card, PAGE));
    expect(notices).toEqual([]);
    const engine = await engineOf(finding);
    expect(finding.content).toBe(shortContent(engine.info.content));
    const { expected, drawn } = await measured(engine, finding, card.drawn);
    const { got, want } = numbersOf([...inOrder(expected), drawn], [...inOrder(finding.expected), card.drawn]);
    expect(farthest(got, want, { atol: TOLERANCE_NATS })).toBeUndefined();
    expect(got.length).toBeGreaterThan(2);
  },
  60_000,
);

/** Claims stand in a link in its own order. */
const inOrder = ({ baseline, changed, chain, experiment }: Claims) => [baseline, changed, chain, experiment];

test("the head that breaks 3 + 5 costs nothing by its mean, which is why it is marked", async () => {
  const { finding } = decodeFinding(cards.find(({ id }) => id === "what-survives")!.link);
  const { api } = await engineOf(finding);
  const sweep = await api.sweepHeads(1, "3+5=", { ablationSource: [...finding.ablationSource!] }, () => undefined);
  expect(Math.abs(sweep.baseline - sweep.logProbability[0]![7]!)).toBeLessThan(0.05);
});
