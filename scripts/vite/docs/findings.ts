import { divergingScale, symmetricLimit } from "../../../src/charts/colour.ts";
import { linkAt } from "../../../src/state/guide/gallery.ts";
import type { GalleryCard, Thumbnail } from "../../../src/state/guide/gallery.ts";
import { MOST_PARTS, writtenBars, writtenStage } from "../../../src/views/guide/gallery/thumbnail.ts";
import { escaped } from "./markdown.ts";
import { pngOf } from "./png.ts";
import type { Box } from "./png.ts";
import { PICTURE } from "./template.ts";
import type { Page } from "./template.ts";

const MARGIN = 60;
/** Of the instrument in the light: paper, rule, and what supports. */
const COLOURS = { paper: "#fbfaf6", rule: "#dedbd1", for: "#2166ac" } as const;

/** A finding of the gallery as a page that needs no script, so that a link to it shows its claim and its figure wherever it is pasted. */
export interface FindingPage extends Page {
  readonly picture: { readonly path: string; readonly png: Buffer; readonly alt: string };
}

/** @param address of the instrument, without which what is loaded from beside it can only be opened from its gallery */
export function findingPage(card: GalleryCard, address: string | undefined): FindingPage {
  const { id, claim, note, model, status, drawn } = card;
  const alt = ALT[drawn.kind];
  const needsAddress = linkAt(card, "") !== card.link;
  const opens = needsAddress && address === undefined ? "gallery" : linkAt(card, address ?? "");
  const facts = [model, ...(status ? [status] : [])].map((fact) => escaped(fact)).join(" · ");
  const png = pngOf(boxesOf(drawn), PICTURE.width, PICTURE.height);
  return {
    path: `findings/${id}.html`,
    title: claim,
    description: note,
    picture: { path: `findings/${id}.png`, png, alt },
    html: `<h1>${escaped(claim)}</h1>
<p>${escaped(note)}</p>
<p><a class="opens" href="../../#${escaped(opens)}">Open it, and have your own machine compute its numbers again</a></p>
<figure>
<img src="${id}.png" width="${PICTURE.width}" height="${PICTURE.height}" alt="${escaped(alt)}">
<figcaption>${escaped(alt)}. ${facts}</figcaption>
</figure>
${numbersOf(drawn)}`,
  };
}

const ALT: Readonly<Record<Thumbnail["kind"], string>> = {
  heads: "What each head is worth, a row for a layer: blue supports the answer, red works against it",
  plot: "Activation after a+b=, rows a and columns b from 0 to 9",
  bars: "The finding’s numbers as bars, in the order of the table",
  stages: "The parts of each stage of the chain, at most twelve; grey where a stage has no evidence",
};

function numbersOf(drawn: Thumbnail): string {
  const rows = rowsOf(drawn);
  if (rows.length === 0) return "";
  const body = rows.map(
    ([name, value]) => `<tr><td>${escaped(name)}</td><td class="number">${escaped(value)}</td></tr>`,
  );
  return `<table><tbody>\n${body.join("\n")}\n</tbody></table>\n`;
}

function rowsOf(drawn: Thumbnail): readonly (readonly [string, string])[] {
  if (drawn.kind === "bars") return writtenBars(drawn).map(({ label, value }) => [label, value]);
  if (drawn.kind !== "stages") return [];
  return drawn.stages.map(writtenStage).map(({ name, parts }) => [name, parts]);
}

/** @returns the picture of a finding's own numbers */
function boxesOf(drawn: Thumbnail): readonly Box[] {
  const ground: Box = { x: 0, y: 0, ...PICTURE, colour: COLOURS.paper };
  switch (drawn.kind) {
    case "heads":
      return [ground, ...cells(drawn.effects)];
    case "plot":
      return [ground, ...cells(drawn.values)];
    case "bars":
      return [ground, ...bars(drawn)];
    case "stages":
      return [ground, ...stages(drawn)];
    default:
      throw new Error(`gallery: unknown picture ${String(drawn satisfies never)}`);
  }
}

function cells(rows: readonly (readonly number[])[]): readonly Box[] {
  const { colour } = divergingScale(symmetricLimit(rows.flat()), "linear", false);
  const columns = rows[0]?.length ?? 1;
  const side = Math.min((PICTURE.width - 2 * MARGIN) / columns, (PICTURE.height - 2 * MARGIN) / rows.length);
  const [left, top] = [(PICTURE.width - side * columns) / 2, (PICTURE.height - side * rows.length) / 2];
  return rows.flatMap((row, y) =>
    row.map((value, x) => ({
      x: left + x * side + 2,
      y: top + y * side + 2,
      width: side - 4,
      height: side - 4,
      colour: colour(value),
    })),
  );
}

function bars(drawn: Extract<Thumbnail, { readonly kind: "bars" }>): readonly Box[] {
  const step = (PICTURE.height - 2 * MARGIN) / drawn.bars.length;
  return writtenBars(drawn).flatMap(({ length }, at) => {
    const place = { x: MARGIN, y: MARGIN + at * step + step * 0.2, height: step * 0.6 };
    const width = PICTURE.width - 2 * MARGIN;
    return [
      { ...place, width, colour: COLOURS.rule },
      { ...place, width: length * width, colour: COLOURS.for },
    ];
  });
}

function stages({ stages: all }: Extract<Thumbnail, { readonly kind: "stages" }>): readonly Box[] {
  const step = (PICTURE.width - 2 * MARGIN) / all.length;
  const side = (PICTURE.height - 2 * MARGIN) / MOST_PARTS;
  return all.flatMap(({ hasEvidence, parts }, at) =>
    Array.from({ length: hasEvidence ? Math.min(parts, MOST_PARTS) : MOST_PARTS }, (_, part) => ({
      x: MARGIN + at * step + step * 0.2,
      y: PICTURE.height - MARGIN - (part + 1) * side + 2,
      width: step * 0.6,
      height: side - 4,
      colour: hasEvidence ? COLOURS.for : COLOURS.rule,
    })),
  );
}
