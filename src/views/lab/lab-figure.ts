import { forms } from "#state/lab/forms.ts";
import { lab } from "#state/lab/tools.ts";
import type { FigureNow, FigureSource } from "../exports/figure-now.ts";
import { drawnConcepts, drawnGroup, drawnHits, drawnPlot } from "./lab-exports.ts";

/** The plot over operands, which is the lab's only figure; else the first of its tables that is there. */
export const labFigure: FigureSource = { stores: [lab, forms], now };

function now(): FigureNow {
  const { plot, tokens, concepts, group } = lab.getState();
  const figure = drawnPlot(plot);
  if (figure) return { drawn: figure };
  const table = drawnHits(tokens) ?? drawnGroup(group) ?? drawnConcepts(concepts, forms.getState().concepts.atLeast);
  return table
    ? { drawn: table, unframed: "No link holds this list: of the lab a frame shows the plot over operands." }
    : { none: "Nothing is drawn in the lab yet." };
}
