import type { labelledAttention } from "./attention.ts";
import { MONO, escapeXml, figureSvg } from "./figure-svg.ts";
import type { FigureText } from "./figure-svg.ts";

/** An attention pattern as a file of its own. */
export function attentionSvg(drawn: ReturnType<typeof labelledAttention>, text: FigureText): string {
  const labels = drawn.labels.map((label, position) => {
    const middle = (position + 0.5) * drawn.cellPx;
    const name = escapeXml(label);
    return (
      `<text x="${drawn.left - 6}" y="${drawn.top + middle + 4}" text-anchor="end">${name}</text>` +
      `<text transform="translate(${drawn.left + middle + 4} ${drawn.top - 6}) rotate(-90)">${name}</text>`
    );
  });
  const cells = drawn.cells.map(
    ({ x, y, width, height, fill }) =>
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" stroke="#ccc" stroke-width="0.5"/>`,
  );
  const marks = `<g ${MONO} font-size="11" fill="#333">${labels.join("")}</g>${cells.join("")}`;
  return figureSvg({ width: drawn.width, height: drawn.height, marks }, text);
}
