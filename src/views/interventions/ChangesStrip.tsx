import { useStore } from "zustand";
import { percent } from "#charts/number-format.ts";
import { question, resetInterventions } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import type { Prediction } from "#state/run/results.ts";
import { PREDICTION_ID } from "../prediction/PredictionPanel.tsx";
import { answerOf, brokenInto, course, shownRuns } from "../prediction/prediction-rows.ts";
import type { ShownRuns } from "../prediction/prediction-rows.ts";
import { interventionsText } from "../shared/words/part-name.ts";
import { lineText, tokenText } from "../shared/words/token-text.ts";
import { INTERVENTIONS_ID } from "./InterventionsPanel.tsx";

/**
 * On a phone the answer and the list scroll out of sight; this line above the tabs does not: what is ablated, what comes of it, and the way back.
 * With nothing ablated it is the answer.
 */
export function ChangesStrip() {
  const interventions = useStore(question, (state) => state.interventions);
  const slots = useStore(results);
  const shown = shownRuns(slots, interventions.length > 0);
  if (interventions.length === 0) return shown ? <Own {...shown} /> : null;
  const runs = isStale(slots.predictionAblated) ? undefined : shown?.runs;
  return (
    <div className="changes-strip">
      <button type="button" onClick={() => bringToSight(INTERVENTIONS_ID)}>
        {interventionsText(interventions)}
        {runs?.after && <Consequence before={runs.before} after={runs.after} />}
      </button>
      <button type="button" onClick={resetInterventions}>
        {interventions.length === 1 ? "Back on" : "All back on"}
      </button>
    </div>
  );
}

/** `3+5= → 8 94.2 %` */
function Own({ runs: { before }, about: { prompt } }: ShownRuns) {
  const { text, probability } = answerOf(before);
  return (
    <div className="changes-strip is-answer">
      <button type="button" onClick={() => bringToSight(PREDICTION_ID)}>
        <code>{lineText(prompt)}</code> → <strong>{tokenText(text)}</strong> {percent(probability)}
      </button>
    </div>
  );
}

const bringToSight = (id: string) => document.getElementById(id)?.scrollIntoView({ block: "center" });

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
