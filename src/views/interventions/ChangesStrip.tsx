import { useStore } from "zustand";
import { question } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import type { Prediction } from "#state/run/results.ts";
import { answerOf, brokenInto, course, shownRuns } from "../prediction/prediction-rows.ts";
import { offText } from "../shared/words/part-name.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { INTERVENTIONS_ID } from "./InterventionsPanel.tsx";

/** On a phone the list scrolls out of sight; this line above the tabs does not: what is off, and what comes of it. It leads back to the list. */
export function ChangesStrip() {
  const interventions = useStore(question, (state) => state.interventions);
  const slots = useStore(results);
  if (interventions.length === 0) return null;
  const runs = isStale(slots.after) ? undefined : shownRuns(slots, true)?.runs;
  return (
    <button
      type="button"
      className="changes-strip"
      onClick={() => document.getElementById(INTERVENTIONS_ID)?.scrollIntoView({ block: "center" })}
    >
      {offText(interventions)}
      {runs?.after && <Consequence before={runs.before} after={runs.after} />}
    </button>
  );
}

interface ConsequenceProps {
  readonly before: Prediction;
  readonly after: Prediction;
}

/** `8 → 4` where the answer broke, else how sure the model still is of what is asked about. */
function Consequence({ before, after }: ConsequenceProps) {
  const now = brokenInto({ before, after });
  return (
    <>
      {": "}
      {now ? (
        <>
          <del>{tokenText(answerOf(before).text)}</del> → <strong>{tokenText(now.text)}</strong>
        </>
      ) : (
        <>
          {tokenText(before.target.text)} {course(before.target.probability, after.target.probability)}
        </>
      )}
    </>
  );
}
