import { useState } from "react";
import { useStore } from "zustand";
import type { Variant } from "#protocol/engine.ts";
import { adapter, isAttached } from "#state/model/adapter.ts";
import { question } from "#state/question.ts";
import { ownShareText } from "../words/ablation-words.ts";
import "./control-row.css";

interface OtherPromptProps {
  /** The one that stands beside already. */
  readonly other: string | undefined;
  /** Undefined ends the comparison. */
  readonly onChoose: (prompt: string | undefined) => void;
}

/** A second prompt to stand beside the page's own. */
export function OtherPrompt({ other, onChoose }: OtherPromptProps) {
  const [text, setText] = useState("");
  const ownShare = useStore(question, ({ ablationSource }) => other && ownShareText(other, ablationSource));
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onChoose(text);
          setText("");
        }}
      >
        <label>
          <span>compare with</span>
          <input
            className="template"
            spellCheck={false}
            autoComplete="off"
            placeholder={other ?? "another prompt"}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <button type="submit" disabled={text === ""}>
          Compare
        </button>
        {other !== undefined && (
          <button type="button" className="quiet" onClick={() => onChoose(undefined)}>
            One prompt only
          </button>
        )}
      </form>
      {ownShare && <p className="small">{ownShare}</p>}
    </>
  );
}

interface OtherVariantProps {
  readonly chosen: Variant | undefined;
  readonly onChoose: (variant: Variant | undefined) => void;
}

/** The variant that the page does not show, beside the one that it does, where an adapter is attached. */
export function OtherVariant({ chosen, onChoose }: OtherVariantProps) {
  const isThere = useStore(adapter, isAttached);
  const variant = useStore(question, (state) => state.variant ?? "base");
  if (!isThere) return null;
  const other = variant === "base" ? "adapted" : "base";
  return (
    <button
      type="button"
      className="switch"
      aria-pressed={chosen === other}
      onClick={() => onChoose(chosen === other ? undefined : other)}
    >
      Beside the {other === "base" ? "base" : "adapted model"}
    </button>
  );
}
