import type { ReactNode } from "react";
import { useStore } from "zustand";
import { question } from "#state/question.ts";
import { answerKey } from "#state/run/later-demands.ts";
import { results } from "#state/run/results.ts";
import type { ScoredAnswer } from "#state/run/results.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { Value } from "../shared/figure/Value.tsx";
import { DataTable } from "../shared/table/DataTable.tsx";
import { onScreen, plain } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { greedySentence, splitSentence } from "./answer-sentence.ts";

/** An answer of several tokens: each token's probability given those before it, and the whole, before and after. */
export function AnswerScore() {
  const asked = useStore(question);
  const beforeSlot = useStore(results, (slots) => slots.answer);
  const afterSlot = useStore(results, (slots) => slots.answerAblated);
  const { answer, interventions } = asked;
  if (!answer) return null;
  const isChanged = interventions.length > 0;
  const before = beforeSlot.answers === answerKey(asked, answer, []) ? beforeSlot.value : undefined;
  const after =
    isChanged && afterSlot.answers === answerKey(asked, answer, interventions) ? afterSlot.value : undefined;
  return (
    <section aria-label="The whole answer" className="whole-answer">
      {before ? (
        <>
          <p className="small" role="status">
            {splitSentence(answer.text, before)}
          </p>
          <AnswerTable before={before} after={after} isChanged={isChanged} />
          <p className="says">{greedySentence(before, after)}</p>
        </>
      ) : (
        <p className="small faint" role="status">
          “{answer.text}” is {answer.ids.length} tokens here; the target is the first. The whole is being scored.
        </p>
      )}
    </section>
  );
}

interface Runs {
  readonly before: ScoredAnswer;
  readonly after: ScoredAnswer | undefined;
  readonly isChanged: boolean;
}

interface AnswerRow {
  /** A token of the answer; left out: the row is the whole answer. */
  readonly token?: ScoredAnswer["tokens"][number];
  readonly before: ReactNode;
  readonly after: ReactNode;
}

/** The answer's tokens by their places, since one can stand in an answer many times, and the whole. */
function AnswerTable({ before, after, isChanged }: Runs) {
  const columns: readonly Column<AnswerRow>[] = [
    {
      ...plain({ label: "token" }, () => ""),
      show: ({ token }) => (token ? <code>{tokenText(token.text)}</code> : <WholeName />),
    },
    onScreen(isChanged ? "before" : "probability", (row) => row.before),
    ...(isChanged ? [onScreen("after", (row: AnswerRow) => row.after)] : []),
  ];
  const rows: readonly AnswerRow[] = [
    ...before.tokens.map((token, place) => ({
      token,
      before: <Chance of={token} />,
      after: <Chance of={after?.tokens[place]} />,
    })),
    { before: <Whole of={before} />, after: <Whole of={after} /> },
  ];
  return (
    <DataTable
      className="answer-table"
      columns={columns}
      rows={rows}
      rowProps={({ token }) => ({ className: token ? "" : "whole" })}
    />
  );
}

const WholeName = () => (
  <>
    the whole<span className="researcher">, log p</span>
  </>
);

const AWAITED = <span className="faint">…</span>;

const Whole = ({ of }: { readonly of: ScoredAnswer | undefined }) =>
  of ? <Value of={of.logProbability} as="logProbability" /> : AWAITED;

function Chance({ of }: { readonly of: ScoredAnswer["tokens"][number] | undefined }) {
  if (!of) return AWAITED;
  return (
    <>
      {of.rank > 0 && <span className="faint">ranks {of.rank + 1} </span>}
      <Value of={of.probability} as="percent" />
    </>
  );
}
