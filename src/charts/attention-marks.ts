import type { LabelledAttention } from "./attention.ts";
import type { FigureInks } from "./figure-inks.ts";
import { MONO, group, text } from "./mark.ts";
import type { Mark, MarkedFigure } from "./mark.ts";

/** An attention pattern with its tokens' names left and above. */
export function attentionFigure(drawn: LabelledAttention, { ink, rule }: FigureInks): MarkedFigure {
  const baseline = (place: number) => (place + 0.5) * drawn.cellPx + 4;
  const rows = drawn.rowLabels.map((label, row) =>
    text(drawn.left - 6, drawn.top + baseline(row), label, { "text-anchor": "end" }),
  );
  const columns = drawn.columnLabels.map((label, column) =>
    text(0, 0, label, { transform: `translate(${drawn.left + baseline(column)} ${drawn.top - 6}) rotate(-90)` }),
  );
  const cells = drawn.cells.map(({ x, y, width, height, fill }): Mark => ({
    tag: "rect",
    attrs: { x, y, width, height, fill, stroke: rule, "stroke-width": 0.5 },
  }));
  const { width, height } = drawn;
  return { width, height, marks: [group([...rows, ...columns], { "font-family": MONO, fill: ink }), ...cells] };
}
