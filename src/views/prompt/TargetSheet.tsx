import { useStore } from "zustand";
import { percent } from "#charts/number-format.ts";
import { question, setTarget } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { chooseTarget, typeTarget } from "#state/targets.ts";
import { tokenText } from "../shared/words/token-text.ts";

const OFFERED = 8;

/** The tokens that can be asked about. */
export function TargetSheet({ close }: { readonly close: () => void }) {
  const chosen = useStore(question, (state) => state.target);
  const prediction = useStore(results, (slots) => slots.prediction.value);
  return (
    <>
      <form
        className="sheet-form"
        onSubmit={(event) => {
          event.preventDefault();
          const typed = new FormData(event.currentTarget).get("token");
          if (typeof typed === "string") void typeTarget(typed);
          close();
        }}
      >
        <input
          name="token"
          aria-label="Target token"
          placeholder="type a token or an answer"
          autoComplete="off"
          spellCheck={false}
        />
        <button type="submit">Ask about it</button>
      </form>
      <div role="group" aria-label="Most probable tokens" className="sheet-group">
        {prediction?.top.slice(0, OFFERED).map((token, rank) => (
          <button
            key={token.id}
            type="button"
            className="sheet-item"
            aria-pressed={token.id === prediction.target.id}
            onClick={() => {
              chooseTarget(token.id);
              close();
            }}
          >
            <code>{tokenText(token.text)}</code>
            <span className="faint">{rank === 0 ? "the answer" : percent(token.probability)}</span>
          </button>
        ))}
      </div>
      {chosen !== undefined && (
        <button
          type="button"
          className="sheet-item"
          onClick={() => {
            setTarget(undefined);
            close();
          }}
        >
          Back to the model’s own answer
        </button>
      )}
    </>
  );
}
