import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import "#state/experiments/behind-door.ts";
import { HERE, linkAt } from "#state/guide/gallery.ts";
import type { GalleryCard } from "#state/guide/gallery.ts";
import { decodeFinding, encodeFinding } from "#state/link/permalink.ts";
import { shortContent } from "#state/link/finding.ts";
import { bundledEngine } from "./bundled-engine.ts";
import type { BundledEngine } from "./bundled-engine.ts";
import { measured } from "./measured.ts";

/** Where a page may lie. */
export const PAGE = "http://page.test/";
export const GALLERY = join(import.meta.dirname, "../../public/findings/gallery.json");
export const readGallery = () => JSON.parse(readFileSync(GALLERY, "utf8")) as GalleryCard[];

/** Measures every card of the gallery anew and writes its link's claims and its picture's numbers; the words stay. */
export async function writeGallery(): Promise<void> {
  const engines = new Map<string, BundledEngine>();
  const cards: GalleryCard[] = [];
  for (const card of readGallery()) {
    const started = performance.now();
    const { finding, notices } = decodeFinding(linkAt(card, PAGE));
    if (notices.length > 0) throw new Error(`${card.id}: ${notices.join("; ")}`);
    const key = `${finding.model} ${finding.dtype}`;
    const engine = engines.get(key) ?? (await bundledEngine(finding.model, finding.dtype!));
    engines.set(key, engine);
    const { expected, drawn } = await measured(engine, finding, card.drawn);
    const link = encodeFinding({ ...finding, content: shortContent(engine.info.content), expected }).replaceAll(
      PAGE,
      HERE,
    );
    cards.push({ ...card, link, drawn });
    console.warn(card.id, Math.round(performance.now() - started), "ms", link, JSON.stringify(drawn).slice(0, 300));
  }
  writeFileSync(GALLERY, `${JSON.stringify(cards, undefined, 1)}\n`);
}
