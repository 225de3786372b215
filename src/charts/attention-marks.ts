import type { labelledAttention } from "./attention.ts";
import type { FigureInks } from "./figure-inks.ts";
import { MONO, group, text } from "./mark.ts";
import type { Mark, MarkedFigure } from "./mark.ts";

/** An attention pattern with its tokens' names left and above. */
export function attentionFigure(drawn: ReturnType<typeof labelledAttention>, { ink, rule }: FigureInks): MarkedFigure {
  const labels = drawn.labels.flatMap((label, position) => {
    const middle = (position + 0.5) * drawn.cellPx;
    const above = `translate(${drawn.left + middle + 4} ${drawn.top - 6}) rotate(-90)`;
    return [
      text(drawn.left - 6, drawn.top + middle + 4, label, { "text-anchor": "end" }),
      text(0, 0, label, { transform: above }),
    ];
  });
  const cells = drawn.cells.map(({ x, y, width, height, fill }): Mark => ({
    tag: "rect",
    attrs: { x, y, width, height, fill, stroke: rule, "stroke-width": 0.5 },
  }));
  const { width, height } = drawn;
  return { width, height, marks: [group(labels, { "font-family": MONO, fill: ink }), ...cells] };
}
