import { figureInks } from "./figure-marks.ts";

/** What stands around a figure that leaves the page. */
export interface FigureText {
  readonly title: string;
  /** One line each. */
  readonly caption: readonly string[];
}

interface FigureBody {
  readonly width: number;
  readonly height: number;
  /** SVG elements, the origin at their top left. */
  readonly marks: string;
}

const SANS = "font-family=\"'IBM Plex Sans', 'Helvetica Neue', Arial, sans-serif\"";
export const MONO = "font-family=\"'IBM Plex Mono', Menlo, monospace\"";
const LINE_PX = 16;
const PAD_PX = 16;
const TITLE_PX = 32;
const LEAST_WIDTH_PX = 520;

/** A figure as a file of its own, on white, to be put into a paper as it is; dark, for a slide. */
export function figureSvg(body: FigureBody, text: FigureText, isDark = false): string {
  const ground = isDark ? "#1c2024" : "#fff";
  const { ink, soft } = isDark ? figureInks(true) : { ink: "#000", soft: "#444" };
  const captionY = TITLE_PX + body.height + PAD_PX;
  const width = Math.max(body.width, LEAST_WIDTH_PX) + 2 * PAD_PX;
  const height = captionY + text.caption.length * LINE_PX + PAD_PX;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${SANS} font-size="12">`,
    `<rect width="${width}" height="${height}" fill="${ground}"/>`,
    `<text x="${PAD_PX}" y="24" font-size="14" font-weight="600" fill="${ink}">${escapeXml(text.title)}</text>`,
    `<g transform="translate(${PAD_PX} ${TITLE_PX})">${body.marks}</g>`,
    ...text.caption.map(
      (line, index) =>
        `<text x="${PAD_PX}" y="${captionY + (index + 1) * LINE_PX - 4}" fill="${soft}" font-size="11">${escapeXml(line)}</text>`,
    ),
    "</svg>",
  ].join("\n");
}

export const escapeXml = (text: string) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/\p{Cc}/gu, "");
