import { useStore } from "zustand";
import { grouped } from "#core/grouped.ts";
import { legible } from "#core/printable.ts";
import { question } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import type { Token, TokenEnds } from "#state/run/results.ts";
import { Isolated } from "../shared/Isolated.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { hasUnseen, typedText } from "./typed-text.ts";

/** The prompt as the model sees it, the tokenizer's own additions marked, and what of it the model cannot see. */
export function TokenStrip() {
  const slot = useStore(results, (slots) => slots.tokens);
  const prompt = useStore(question, (state) => state.prompt);
  const shown = useStore(results, ({ prediction }) => prediction.about);
  const { value } = slot;
  if (prompt === "") {
    return (
      <p className="prompt-note" role="status">
        <Isolated sentence={emptySentence(shown?.prompt)} />
      </p>
    );
  }
  return (
    <div className={`token-line ${isStale(slot) ? "stale" : ""}`}>
      {value && <Tokens value={value} />}
      {hasUnseen(prompt) && (
        <span className="typed" title="The prompt as typed, spaces and what has no width visible">
          typed <code>{typedText(prompt)}</code>
        </span>
      )}
      {value && value.unknown.count > 0 && (
        <p className="prompt-note" role="status">
          <Isolated sentence={unknownSentence(value.unknown)} />
        </p>
      )}
    </div>
  );
}

/** @param shown the prompt whose results are on the page */
function emptySentence(shown: string | undefined): string {
  const rest = shown === undefined ? "" : `; the last results, of “${typedText(shown)}”, stay until then`;
  return `The prompt is empty; the model needs at least one token. Type something, or take an example${rest}.`;
}

function unknownSentence({ characters, count }: TokenEnds["unknown"]): string {
  const others = count > characters.length ? ` and ${grouped(count - characters.length)} other characters` : "";
  return `The tokenizer does not know “${characters.map((character) => legible(character)).join("”, “")}”${others}: the model sees ⟨unk⟩ there. Write it in characters that the model knows.`;
}

/** Tokens of each end of a prompt that is too long to be shown whole. */
const SHOWN_END = 32;

function Tokens({ value }: { readonly value: TokenEnds }) {
  const { count, added } = value;
  const isWhole = value.last.length === 0;
  const first = isWhole ? value.first : value.first.slice(0, SHOWN_END);
  const last = value.last.slice(-SHOWN_END);
  const hidden = count - first.length - last.length;
  const chip = (token: Token, position: number) => (
    // a token can stand in a prompt many times: its place is what names it
    <TokenChip key={position} token={token} position={position} isAdded={added.includes(position)} />
  );
  return (
    <ol className="tokens" aria-label={`${grouped(count)} tokens`}>
      {first.map(chip)}
      {hidden > 0 && <li className="tokens-hidden">… {grouped(hidden)} more …</li>}
      {last.map((token, place) => chip(token, count - last.length + place))}
    </ol>
  );
}

interface TokenChipProps {
  readonly token: Token;
  readonly position: number;
  readonly isAdded: boolean;
}

function TokenChip({ token: { id, text }, position, isAdded }: TokenChipProps) {
  return (
    <li
      className={isAdded ? "added" : ""}
      title={`token ${id}, position ${position}${isAdded ? ", added by the tokenizer" : ""}`}
    >
      <code>{tokenText(text)}</code>
      <span className="token-id researcher">{id}</span>
    </li>
  );
}
