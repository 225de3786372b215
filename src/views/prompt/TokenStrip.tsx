import { useStore } from "zustand";
import { question } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import type { Tokenization } from "#state/run/results.ts";
import { tokenText } from "../shared/token-text.ts";

/** The prompt as the model sees it, the tokenizer's own additions marked, and what of it the model cannot see. */
export function TokenStrip() {
  const slot = useStore(results, (slots) => slots.tokens);
  const prompt = useStore(question, (state) => state.prompt);
  const { value } = slot;
  if (prompt === "") {
    return (
      <p className="prompt-note" role="status">
        The prompt is empty; the model needs at least one token. Type something, or take an example.
      </p>
    );
  }
  return (
    <div className={`token-line ${isStale(slot) ? "stale" : ""}`}>
      {value && <Tokens value={value} />}
      {/\s/.test(prompt) && (
        <span className="typed" title="The prompt as typed, spaces visible">
          typed <code>{prompt.replace(/ /g, "·").replace(/\n/g, "⏎").replace(/\t/g, "⇥")}</code>
        </span>
      )}
      {value && value.unknown.length > 0 && (
        <p className="prompt-note" role="status">
          The tokenizer does not know “{value.unknown.join("”, “")}”: the model sees ⟨unk⟩ there. Write it in characters
          that the model knows.
        </p>
      )}
    </div>
  );
}

function Tokens({ value }: { readonly value: Tokenization }) {
  return (
    <ol className="tokens" aria-label={`${value.ids.length} tokens`}>
      {value.texts.map((text, position) => {
        const isAdded = value.added.includes(position);
        const about = `token ${value.ids[position]}, position ${position}${isAdded ? ", added by the tokenizer" : ""}`;
        return (
          // a token can stand in a prompt many times: its place is what names it
          <li key={position} className={isAdded ? "added" : ""} title={about}>
            <code>{tokenText(text)}</code>
            <span className="token-id">{value.ids[position]}</span>
          </li>
        );
      })}
    </ol>
  );
}
