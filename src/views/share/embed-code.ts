import type { MarkedFigure } from "#charts/marks/mark.ts";
import { EMBED_QUERY } from "#state/serving/embedded.ts";

/** Widths that a figure is embedded at: a phone's, a column's, a page's. In CSS pixels. */
export const EMBED_WIDTHS = [360, 560, 800] as const;

/** What stands beside the figure: its edge at both sides, and the lines above and below it. */
const EDGE_PX = 16;
const WORDS_PX = { 360: 330, 560: 250, 800: 220 } as const satisfies Record<(typeof EMBED_WIDTHS)[number], number>;
/** Of what has no figure, whose rows are scrolled. */
const TABLE_PX = 320;

/** How high a frame has to be for a figure of this width with its words, in CSS pixels. */
export function embedHeight(width: (typeof EMBED_WIDTHS)[number], figure: MarkedFigure | undefined): number {
  const room = width - 2 * EDGE_PX;
  const drawn = figure ? figure.height * Math.min(1, room / figure.width) : TABLE_PX;
  return Math.ceil((drawn + WORDS_PX[width]) / 10) * 10;
}

interface EmbedFrame {
  /** Of the page, without query and fragment. */
  readonly page: string;
  readonly fragment: string;
  readonly width: number;
  readonly height: number;
  /** What a reader is told who cannot see the frame. */
  readonly title: string;
}

/** HTML that shows one finding in another page; it is loaded once a reader comes near it. */
export const embedCode = ({ page, fragment, width, height, title }: EmbedFrame): string =>
  `<iframe src="${escaped(`${page}?${EMBED_QUERY}#${fragment}`)}" title="${escaped(title)}"` +
  ` width="${width}" height="${height}" loading="lazy" style="border: 0; max-width: 100%"></iframe>`;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;" };
const escaped = (text: string) => text.replace(/[&"<>]/g, (character) => ENTITIES[character]!);
