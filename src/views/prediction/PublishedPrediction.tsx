import { useMemo } from "react";
import { useStore } from "zustand";
import { percent } from "#charts/number-format.ts";
import { publishedChains, setPublished } from "#state/chain-view.ts";
import type { PublishedName } from "#state/link/finding.ts";
import { PUBLISHED_MODELS } from "../shared/words/published-names.ts";
import { publishedAnswer, publishedSentence } from "./published-answer.ts";
import "./prediction.css";

/** The answer of a published record, in the place of the loaded model's: beside that record no other number may stand. */
export function PublishedPrediction({ of }: { readonly of: PublishedName }) {
  const chain = useStore(publishedChains, (chains) => chains[of]);
  const answer = useMemo(() => chain && publishedAnswer(PUBLISHED_MODELS[of], chain), [of, chain]);
  if (!answer) return null;
  const { model, head, target, probability, without, before, after } = answer;
  return (
    <section aria-label="Prediction" className="panel prediction">
      <header className="panel-head">
        <h2>Prediction</h2>
        <span className="tag" title="Numbers that others recorded on a model that does not run here">
          published, {model}
        </span>
      </header>
      <p className="answer">
        <code className="answer-token">{target}</code>
        <span className="answer-numbers">
          <span className="answer-probability">
            {percent(probability)} <span className="arrow">→</span> {percent(without)}
          </span>
          <span className="small">without {head}</span>
        </span>
      </p>
      <p className="says">{publishedSentence(answer)}</p>
      <dl className="published-tokens">
        <dt>first tokens, in this order</dt>
        <dd>
          <Tokens of={before} />
        </dd>
        <dt>without {head}</dt>
        <dd>
          <Tokens of={after} />
        </dd>
      </dl>
      <p className="empty">
        The model that is loaded here, and what is switched off in it, is not what is shown.
        <br />
        <button type="button" onClick={() => setPublished(undefined)}>
          Back to this model
        </button>
      </p>
    </section>
  );
}

const Tokens = ({ of }: { readonly of: readonly string[] }) =>
  of.map((text, rank) => (
    // a rank is what a row is about: texts may repeat
    <code key={rank}>{text} </code>
  ));
