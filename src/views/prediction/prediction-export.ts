import { claimsAbout, findingOf } from "#state/link/shown-claims.ts";
import type { Slots } from "#state/run/results.ts";
import type { Drawn } from "../exports/drawn.ts";
import { tableOf } from "../shared/table/columns.tsx";
import { predictionColumns } from "./prediction-columns.tsx";
import { predictionRows, shownRuns } from "./prediction-rows.ts";
import { predictionSentence } from "./prediction-sentence.ts";

/** The prediction as it leaves the page. */
export function drawnPrediction(slots: Slots, isChanged: boolean): Drawn | undefined {
  const shown = shownRuns(slots, isChanged);
  if (!shown) return undefined;
  const { runs, about } = shown;
  return {
    name: "prediction",
    title: `What ${about.model.name} answers after “${about.prompt}”`,
    says: (isPlain) => [predictionSentence(runs.before, runs.after, about.interventions, isPlain)],
    origin: { kind: "computed", subject: about },
    link: { ...findingOf(about), expected: claimsAbout(about, slots) },
    unit: "probability, 0 to 1",
    table: () => tableOf(predictionColumns(runs, isChanged), predictionRows(runs, Number.POSITIVE_INFINITY)),
  };
}
