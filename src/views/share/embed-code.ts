import { sum } from "#core/numeric/sum.ts";
import { wrapped } from "#charts/marks/text-width.ts";
import { EMBED_QUERY } from "#state/serving/embedded.ts";
import type { Drawn } from "../exports/drawn.ts";

/** Widths that a figure is embedded at: a phone's, a column's, a page's. In CSS pixels. */
export const EMBED_WIDTHS = [360, 560, 800] as const;

/** Of the frame at both sides. */
const EDGE_PX = 16;
/** Of a sentence below the figure, at most as wide as 68 characters. */
const SENTENCE = { size: 13, line: 19, gap: 16, widest: 470 };
/** A person's words, the title, whether the numbers were found and the link, which take more lines the narrower the frame is. */
const AROUND_PX = { 360: 330, 560: 270, 800: 240 } as const satisfies Record<(typeof EMBED_WIDTHS)[number], number>;
/** Of what has no figure, whose rows are scrolled sideways. */
const TABLE_PX = 260;

/** How high a frame has to be for what is drawn at this width with its words, in CSS pixels. */
export function embedHeight(
  width: (typeof EMBED_WIDTHS)[number],
  drawn: Pick<Drawn, "figure" | "says">,
  isPlain: boolean,
): number {
  const room = width - 2 * EDGE_PX;
  const figure = drawn.figure?.({ width: room, isDark: false, isPlain });
  const drawnPx = figure ? figure.height * Math.min(1, room / figure.width) : TABLE_PX;
  const saidPx = drawn.says(isPlain).map((sentence) => {
    const lines = wrapped(sentence, Math.min(room, SENTENCE.widest), SENTENCE.size).length;
    return lines * SENTENCE.line + SENTENCE.gap;
  });
  return Math.ceil((drawnPx + AROUND_PX[width] + sum(saidPx)) / 10) * 10;
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
