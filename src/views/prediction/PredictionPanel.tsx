import { useStore } from "zustand";
import { opened } from "#state/link/opened.ts";
import { question } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import { Method } from "../shared/Method.tsx";
import { RecordedTag } from "../shared/RecordedTag.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { Value } from "../shared/figure/Value.tsx";
import { laterPart } from "../shared/later.tsx";
import { DataTable } from "../shared/table/DataTable.tsx";
import { useAwaited } from "../shared/use-awaited.ts";
import { usePlain } from "../shared/use-plain.ts";
import { PredictionProgress } from "./PredictionProgress.tsx";
import { predictionColumns } from "./prediction-columns.tsx";
import { answerOf, brokenInto, course, predictionRows, shownRuns } from "./prediction-rows.ts";
import type { Runs } from "./prediction-rows.ts";
import { predictionSentence } from "./prediction-sentence.ts";
import { Term } from "../shared/words/ColumnHead.tsx";
import "./prediction.css";

const AnswerMark = laterPart("whether that is right", async () => (await import("./AnswerMark.tsx")).AnswerMark);
const AnswerScore = laterPart("the whole answer", async () => (await import("./AnswerScore.tsx")).AnswerScore);
const ClaimsCheck = laterPart("the check of the link", async () => (await import("./ClaimsCheck.tsx")).ClaimsCheck);

const PredictionExports = laterPart(
  "the files of the prediction",
  async () => (await import("./PredictionExports.tsx")).PredictionExports,
);
const PredictionMethod = laterPart(
  "how the prediction is computed",
  async () => (await import("./PredictionExports.tsx")).PredictionMethod,
);

export const PREDICTION_ID = "prediction";
const ROWS = 8;

/** The answer: what the model says, before and after what was ablated, side by side. */
export function PredictionPanel() {
  const interventions = useStore(question, (state) => state.interventions);
  const isLong = useStore(question, (state) => state.answer !== undefined);
  const isOpened = useStore(opened, (state) => state.finding !== undefined);
  const isPlain = usePlain();
  const slots = useStore(results);
  const { prediction } = slots;
  const isChanged = interventions.length > 0;
  const shown = shownRuns(slots, isChanged);
  const awaited = useAwaited();
  const isDim = isStale(prediction) || (isChanged && isStale(slots.predictionAblated));
  return (
    <section id={PREDICTION_ID} aria-label="Prediction" className="panel prediction">
      <header className="panel-head">
        <h2>Prediction</h2>
        {prediction.isRecorded && <RecordedTag />}
        <PredictionProgress />
      </header>
      {shown ? (
        <div className={isDim ? "stale" : ""} aria-busy={isDim}>
          <Answer {...shown.runs} prompt={shown.about.prompt} />
          <DataTable
            className={`prediction-table ${isChanged ? "is-changed" : ""}`}
            columns={predictionColumns(shown.runs, isChanged)}
            rows={predictionRows(shown.runs, ROWS)}
            keyOf={({ id }) => id}
            rowProps={({ id }) => ({ className: id === shown.runs.before.target.id ? "is-target" : "" })}
          />
          <p className="says">
            {predictionSentence(shown.runs.before, shown.runs.after, shown.about.interventions, isPlain)}
          </p>
          {isChanged && !shown.runs.after && (
            <p className="faint small">“After” is filled in as soon as the model has run.</p>
          )}
        </div>
      ) : (
        <p className="empty">The answer appears here{awaited}.</p>
      )}
      {prediction.value && isLong && <AnswerScore />}
      {isOpened && <ClaimsCheck />}
      <footer className="panel-foot">
        <Method page="answer-score">
          <PredictionMethod />
        </Method>
        <PredictionExports slots={slots} isChanged={isChanged} />
      </footer>
    </section>
  );
}

/**
 * What the model answers is the large one; a broken answer is struck through, and what is said in its place is large then. Where another
 * token is asked about, it is named with its numbers.
 */
function Answer({ before, after, prompt }: Pick<Runs, "before" | "after"> & { readonly prompt: string }) {
  const { target } = before;
  const own = answerOf(before);
  const now = brokenInto({ before, after });
  const said = now ?? own;
  const isOther = own.id !== target.id;
  return (
    <p className="answer">
      {now && (
        <del className="answer-lost">
          <code>{tokenText(own.text)}</code>
        </del>
      )}
      <code className="answer-token">{tokenText(said.text)}</code>
      <span className="answer-numbers">
        <span className="answer-probability">
          {course(said.probability, now ? undefined : after?.top[0]?.probability)}
          <AnswerMark prompt={prompt} token={said.text} />
        </span>
        <span className="small">
          {(now || isOther) && (
            <>
              {isOther && "target "}
              {tokenText(target.text)}: {course(target.probability, after?.target.probability)}
              <span className="researcher">, </span>
            </>
          )}
          <span className="researcher">
            <Term label="log p" /> <Value of={target.logProbability} as="decimals" />
            {after && (
              <>
                {" → "}
                <Value of={after.target.logProbability} as="decimals" />
              </>
            )}{" "}
            nats
          </span>
        </span>
      </span>
    </p>
  );
}
