import { useStore } from "zustand";
import { opened } from "#state/link/opened.ts";
import { question } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import { chooseTarget } from "#state/targets.ts";
import { isForResearchers, view } from "#state/view.ts";
import { Method } from "../shared/Method.tsx";
import { RecordedTag } from "../shared/RecordedTag.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { Value } from "../shared/figure/Value.tsx";
import { laterPart } from "../shared/later.tsx";
import { useAwaited } from "../shared/use-awaited.ts";
import { PredictionProgress } from "./PredictionProgress.tsx";
import { answerOf, brokenInto, course, predictionRows, shownRuns } from "./prediction-rows.ts";
import type { Runs } from "./prediction-rows.ts";
import { predictionSentence } from "./prediction-sentence.ts";
import { ColumnHead, Term } from "../shared/words/ColumnHead.tsx";
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
  const isPlain = !useStore(view, isForResearchers);
  const slots = useStore(results);
  const { before } = slots;
  const isChanged = interventions.length > 0;
  const shown = shownRuns(slots, isChanged);
  const awaited = useAwaited();
  const isDim = isStale(before) || (isChanged && isStale(slots.after));
  return (
    <section id={PREDICTION_ID} aria-label="Prediction" className="panel prediction">
      <header className="panel-head">
        <h2>Prediction</h2>
        {before.isRecorded && <RecordedTag />}
        <PredictionProgress />
      </header>
      {shown ? (
        <div className={isDim ? "stale" : ""} aria-busy={isDim}>
          <Answer {...shown.runs} prompt={shown.about.prompt} />
          <PredictionTable runs={shown.runs} isChanged={isChanged} />
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
      {before.value && isLong && <AnswerScore />}
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
            <Term label="log p" /> <Value of={target.logProbability} as="nats" />
            {after && (
              <>
                {" → "}
                <Value of={after.target.logProbability} as="nats" />
              </>
            )}{" "}
            nats
          </span>
        </span>
      </span>
    </p>
  );
}

function PredictionTable({ runs, isChanged }: { readonly runs: Runs; readonly isChanged: boolean }) {
  const { before, after } = runs;
  const rows = predictionRows(runs, ROWS);
  return (
    <table className={`prediction-table ${isChanged ? "is-changed" : ""}`}>
      <thead>
        <tr>
          <ColumnHead label="token" />
          <ColumnHead label={isChanged ? "before" : "probability"} />
          {isChanged && <ColumnHead label="after" />}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className={row.id === before.target.id ? "is-target" : ""}>
            <th scope="row">
              <button
                type="button"
                className="token-button"
                title={`token ${row.id}: ask about it`}
                aria-pressed={row.id === before.target.id}
                onClick={() => chooseTarget(row.id)}
              >
                {tokenText(row.text)}
              </button>
            </th>
            <Share of={row.before} kind="before" />
            {isChanged && <Share of={row.after} kind="after" isAwaited={!after} />}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ShareProps {
  readonly of: number | undefined;
  readonly kind: "before" | "after";
  /** The run itself is still to come. */
  readonly isAwaited?: boolean;
}

function Share({ of, kind, isAwaited = false }: ShareProps) {
  return (
    <td>
      <span className="share">
        <span className="share-track">
          {of !== undefined && <span className={`share-bar ${kind}`} style={{ inlineSize: `${of * 100}%` }} />}
        </span>
        {of === undefined ? (
          <span
            className="faint"
            title={isAwaited ? "Waits for the model" : "Not among the fifty most probable tokens of this run"}
          >
            {isAwaited ? "…" : "–"}
          </span>
        ) : (
          <Value of={of} as="percent" />
        )}
      </span>
    </td>
  );
}
