import { experimentForm } from "#state/experiments/form/form.ts";
import { picked } from "#state/experiments/picked.ts";
import { experiments } from "#state/experiments/slots.ts";
import { isOf, linkedResult } from "#state/experiments/linked-result.ts";
import { stampNow } from "../exports/Exports.tsx";
import type { FigureNow, FigureSource } from "../exports/figure-now.ts";
import { drawnExperiment, withRowFacts } from "./result/experiment-export.ts";
import { chosenOf, experimentView } from "./result/experiment-view.ts";

/** The main figure of the experiment at hand, of what is picked of its result. */
export const experimentFigure: FigureSource = { stores: [experiments, experimentForm, picked, linkedResult], now };

function now(): FigureNow {
  const { kind } = experimentForm.getState();
  const slot = experiments.getState()[kind];
  const { value } = slot;
  if (!value) return { none: "This experiment was not run yet." };
  const shown = experimentView(value, chosenOf(value, picked.getState()[kind]));
  const drawn = withRowFacts(drawnExperiment(shown, slot, false), value, stampNow);
  const linked = linkedResult.getState();
  if (drawn.link) return { drawn };
  if (linked.kind !== "shown" || !isOf(linked, kind, slot)) return { drawn, unframed: UNLINKED };
  return new URL(linked.named.address).origin === location.origin ? { drawn } : { drawn, unframed: ELSEWHERE };
}

/** A frame reads what lies beside the page; for what lies elsewhere a person is asked, in the whole page. */
const ELSEWHERE = "This result lies on another host, which a frame asks for nothing: the whole page shows it.";
const UNLINKED =
  "No link leads to this result, so that a frame cannot show it: it came from a file, or is of what no link holds.";
