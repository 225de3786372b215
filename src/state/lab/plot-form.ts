import { formatHead, formatNeuron } from "#model/ids.ts";
import type { PlotQuantity } from "#protocol/lab.ts";
import { lab } from "./tools.ts";
import type { DrawnPlot } from "./tools.ts";
import type { PlotForm } from "./forms.ts";

/** The fields that ask for a plot that was drawn, its part named also where the page had suggested it. */
export const plotFormOf = ({ asked: { quantity, operation, template, a } }: Pick<DrawnPlot, "asked">): PlotForm => ({
  quantity: quantity.kind,
  part: partIn(quantity),
  operation,
  template,
  to: a.to,
});

/** The fields that ask for the plot on the page; undefined while there is none. */
export function plotNow(): PlotForm | undefined {
  const { value } = lab.getState().plot;
  return value && plotFormOf(value);
}

export const isSamePlot = (a: PlotForm, b: PlotForm) =>
  a.quantity === b.quantity &&
  a.part === b.part &&
  a.operation === b.operation &&
  a.template === b.template &&
  a.to === b.to;

function partIn(quantity: PlotQuantity): string {
  if (quantity.kind === "head") return formatHead(quantity.at);
  return quantity.kind === "activation" ? formatNeuron(quantity.at) : "";
}
