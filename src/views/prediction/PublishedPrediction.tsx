import { setPublished } from "#state/chain-view.ts";
import { percent } from "#charts/number-format.ts";
import { publishedSentence } from "./published-answer.ts";
import type { PublishedAnswer } from "./published-answer.ts";
import "./prediction.css";

/** The answer of a published record, in the place of the loaded model's: beside that record no other number may stand. */
export function PublishedPrediction({ answer }: { readonly answer: PublishedAnswer }) {
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
