import { claimsAbout } from "#state/link/claims.ts";
import type { Slots } from "#state/run/results.ts";
import { findingOf, isSameSubject } from "#state/subject.ts";
import type { Subject } from "#state/subject.ts";
import type { Drawn } from "../exports/drawn.ts";
import { predictionRows } from "./prediction-rows.ts";
import type { Runs } from "./prediction-rows.ts";
import { predictionSentence } from "./prediction-sentence.ts";

/** The runs that stand beside each other, and what they are about: the changed one where it is shown. */
export interface ShownRuns {
  readonly runs: Runs;
  readonly about: Subject;
}

/** @param isChanged whether something is switched off on the page; an answer to another question is no “after” to this one */
export function shownRuns({ before, after }: Slots, isChanged: boolean): ShownRuns | undefined {
  if (!before.value || !before.about) return undefined;
  const isOfRun = (about: Subject | undefined) =>
    about !== undefined && isSameSubject(before.about, { ...about, interventions: [], ablationSource: undefined });
  const changed = isChanged && isOfRun(after.about) ? after : undefined;
  return {
    runs: {
      before: before.value,
      after: changed?.value,
    },
    about: changed?.about ?? before.about,
  };
}

/** The prediction as it leaves the page. */
export function drawnPrediction(slots: Slots, isChanged: boolean): Drawn | undefined {
  const shown = shownRuns(slots, isChanged);
  if (!shown) return undefined;
  const { runs, about } = shown;
  return {
    name: "prediction",
    title: `What ${about.model.name} answers after “${about.prompt}”`,
    says: [predictionSentence(runs.before, runs.after, about.interventions)],
    origin: { kind: "computed", subject: about },
    link: { ...findingOf(about), expected: claimsAbout(about, slots) },
    unit: "probability, 0 to 1",
    table: () => ({
      header: ["id", "token", "probability_before", "probability_after"],
      rows: predictionRows(runs, Number.POSITIVE_INFINITY).map((row) => [
        row.id,
        row.text,
        row.before ?? "",
        row.after ?? "",
      ]),
    }),
  };
}
