import type { LabelledAttention } from "./attention.ts";
import type { FigureInks } from "../marks/figure-inks.ts";
import { MONO, group, text, titled } from "../marks/mark.ts";
import type { Mark, MarkedFigure } from "../marks/mark.ts";
import { percent } from "../number-format.ts";

/**
 * An attention pattern with its tokens' names left and above, the last row, which is the answer's, set apart.
 *
 * @param name of a position: what a cell is called where the pointer rests on it
 */
export function attentionFigure(
  drawn: LabelledAttention,
  { ink, rule, band }: FigureInks,
  name: (position: number) => string,
): MarkedFigure {
  const baseline = (place: number) => (place + 0.5) * drawn.cellPx + 4;
  const rows = drawn.rowLabels.map((label, row) =>
    text(drawn.left - 6, drawn.top + baseline(row), label, { "text-anchor": "end" }),
  );
  const columns = drawn.columnLabels.map((label, column) =>
    text(0, 0, label, { transform: `translate(${drawn.left + baseline(column)} ${drawn.top - 6}) rotate(-90)` }),
  );
  const cells = drawn.cells.map(({ x, y, width, height, fill, query, key, share }) => {
    const edge =
      query === drawn.queries.at(-1) ? { stroke: band, "stroke-width": 1 } : { stroke: rule, "stroke-width": 0.5 };
    const cell: Mark = { tag: "rect", attrs: { x, y, width, height, fill, ...edge } };
    return titled(cell, `${name(query)} reads ${name(key)}: ${percent(share)}`);
  });
  const { width, height } = drawn;
  return { width, height, marks: [group([...rows, ...columns], { "font-family": MONO, fill: ink }), ...cells] };
}
