import { DEFAULT_PLOT, forms } from "../lab/forms.ts";
import { isSamePlot, plotNow } from "../lab/plot-form.ts";
import { lab } from "../lab/tools.ts";
import type { Finding } from "./finding.ts";
import { opened } from "./opened.ts";

/**
 * The plot that the address names: that of the opened link until it is drawn, also while an earlier one stands there; then the one that is
 * drawn, its part named also where the link leaves it to the page.
 */
export function plotAsked(): Pick<Finding, "plot"> {
  const ofLink = opened.getState().finding?.plot;
  const asked = ofLink && { ...DEFAULT_PLOT, ...ofLink };
  const drawn = plotNow();
  const isAwaited =
    asked !== undefined &&
    isSamePlot(forms.getState().plot, asked) &&
    (lab.getState().plot.status === "computing" ||
      !drawn ||
      !isSamePlot(drawn, { ...asked, part: asked.part || drawn.part }));
  const plot = isAwaited ? ofLink : (drawn ?? ofLink);
  return plot ? { plot } : {};
}
