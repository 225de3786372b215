import { printable } from "#core/printable.ts";
import { figureInks } from "./figure-marks.ts";
import { wrapped } from "./text-width.ts";

/** What stands around a figure that leaves the page; what is longer than the figure is wide goes on in further lines. */
export interface FigureText {
  readonly title: string;
  /** A paragraph each. */
  readonly caption: readonly string[];
}

interface FigureBody {
  readonly width: number;
  readonly height: number;
  /** SVG elements, the origin at their top left. */
  readonly marks: string;
}

/** The page's face, which a PNG brings along; elsewhere the face as it is installed, then what is like it. */
const SANS = "font-family=\"'IBM Plex Sans Variable', 'IBM Plex Sans', 'Helvetica Neue', Arial, sans-serif\"";
export const MONO = "font-family=\"'IBM Plex Mono', Menlo, monospace\"";
const PAD_PX = 16;
const LEAST_WIDTH_PX = 520;
const TITLE = { size: 14, line: 19, top: 24 };
const CAPTION = { size: 11, line: 16 };

/** A figure as a file of its own, on white, to be put into a paper as it is; dark, for a slide. */
export function figureSvg(body: FigureBody, text: FigureText, isDark = false): string {
  const ground = isDark ? "#1c2024" : "#fff";
  const { ink, soft } = isDark ? figureInks(true) : { ink: "#000", soft: "#444" };
  const room = Math.max(body.width, LEAST_WIDTH_PX);
  const title = wrapped(text.title, room, TITLE.size);
  const caption = text.caption.flatMap((paragraph) => wrapped(paragraph, room, CAPTION.size));
  const bodyY = TITLE.top + (title.length - 1) * TITLE.line + 8;
  const captionY = bodyY + body.height + PAD_PX;
  const width = room + 2 * PAD_PX;
  const height = captionY + caption.length * CAPTION.line + PAD_PX;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${SANS} font-size="12">`,
    `<rect width="${width}" height="${height}" fill="${ground}"/>`,
    ...title.map(
      (line, index) =>
        `<text x="${PAD_PX}" y="${TITLE.top + index * TITLE.line}" font-size="${TITLE.size}" font-weight="600" fill="${ink}">${escapeXml(line)}</text>`,
    ),
    `<g transform="translate(${PAD_PX} ${bodyY})">${body.marks}</g>`,
    ...caption.map(
      (line, index) =>
        `<text x="${PAD_PX}" y="${captionY + (index + 1) * CAPTION.line - 4}" fill="${soft}" font-size="${CAPTION.size}">${escapeXml(line)}</text>`,
    ),
    "</svg>",
  ].join("\n");
}

/** As text or attribute of XML 1.0, which has no place for control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
export const escapeXml = (text: string) =>
  printable(text.replace(/\t/g, "⇥").replace(/\n/g, "⏎")).replace(
    /[&<>"]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
