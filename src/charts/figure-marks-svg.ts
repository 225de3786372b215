import type { Mark, MarkedFigure } from "./figure-marks.ts";
import { escapeXml, figureSvg } from "./figure-svg.ts";
import type { FigureText } from "./figure-svg.ts";

/** A figure of marks as a file of its own. */
export const marksSvg = (figure: MarkedFigure, words: FigureText, isDark = false): string =>
  figureSvg({ width: figure.width, height: figure.height, marks: figure.marks.map(elementOf).join("") }, words, isDark);

function elementOf({ tag, attributes, text, title }: Mark): string {
  const written = Object.entries(attributes).map(
    ([name, value]) => `${attributeName(name)}="${escapeXml(String(value))}"`,
  );
  const inside = `${title === undefined ? "" : `<title>${escapeXml(title)}</title>`}${text === undefined ? "" : escapeXml(text)}`;
  return `<${tag} ${written.join(" ")}>${inside}</${tag}>`;
}

/** `textAnchor` in the DOM is `text-anchor` in a file. */
const attributeName = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
