import { useStore } from "zustand";
import { question } from "#state/question.ts";
import { answerKey } from "#state/run/later-demands.ts";
import { results } from "#state/run/results.ts";
import type { ScoredAnswer } from "#state/run/results.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { Value } from "../shared/figure/Value.tsx";
import { greedySentence, splitSentence } from "./answer-sentence.ts";

/** An answer of several tokens: each token's probability given those before it, and the whole, before and after. */
export function AnswerScore() {
  const asked = useStore(question);
  const beforeSlot = useStore(results, (slots) => slots.answer);
  const afterSlot = useStore(results, (slots) => slots.answerAfter);
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

function AnswerTable({ before, after, isChanged }: Runs) {
  return (
    <table className="answer-table">
      <thead>
        <tr>
          <th scope="col">token</th>
          <th scope="col" className="number">
            {isChanged ? "before" : "probability"}
          </th>
          {isChanged && (
            <th scope="col" className="number">
              after
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {before.tokens.map((token, place) => (
          // one token can stand in an answer many times: its place is what names it
          <tr key={place}>
            <th scope="row">
              <code>{tokenText(token.text)}</code>
            </th>
            <Chance of={token} />
            {isChanged && <Chance of={after?.tokens[place]} />}
          </tr>
        ))}
        <tr className="whole">
          <th scope="row">the whole, log p</th>
          <td className="number">
            <Value of={before.logProbability} as="nats" />
          </td>
          {isChanged && <td className="number">{after ? <Value of={after.logProbability} as="nats" /> : "…"}</td>}
        </tr>
      </tbody>
    </table>
  );
}

function Chance({ of }: { readonly of: ScoredAnswer["tokens"][number] | undefined }) {
  if (!of) return <td className="number faint">…</td>;
  return (
    <td className="number">
      {of.rank > 0 && <span className="faint">ranks {of.rank + 1} </span>}
      <Value of={of.probability} as="percent" />
    </td>
  );
}
