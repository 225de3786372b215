import { useEffect } from "react";
import { useStore } from "zustand";
import { model } from "#state/model/model.ts";
import { shipped, shippedModel } from "#state/model/shipped.ts";
import { modelPrompts, readModelPrompts } from "#state/road/model-prompts.ts";
import type { ModelPrompts as Found } from "#state/road/model-prompts.ts";
import type { NumberReading } from "#state/road/number-reading.ts";
import { typedText } from "./typed-text.ts";

interface ModelPromptsProps {
  readonly onChoose: (prompt: string) => void;
}

/** How the model at hand reads numbers and, for one that does not come with the page, sums in the paper's words as it reads them. */
export function ModelPrompts({ onChoose }: ModelPromptsProps) {
  const { value } = useStore(modelPrompts);
  const state = useStore(model);
  const isShipped = useStore(shipped, (known) => shippedModel(known, state) !== undefined);
  const content = state.info?.content;
  useEffect(() => void readModelPrompts(), [content]);
  if (!value || value.content !== content) return null;
  return (
    <div role="group" aria-label="For this model" className="sheet-group">
      <p className="sheet-title">How {state.info?.name} reads numbers</p>
      <p className="sheet-note small">{readingSentence(value)}</p>
      {!isShipped && (
        <>
          <p className="sheet-title">Sums in the paper’s words</p>
          {value.prompts.map((prompt) => (
            <button key={prompt} type="button" className="sheet-item" onClick={() => onChoose(prompt)}>
              <code>{prompt.endsWith(" ") ? typedText(prompt) : prompt}</code>
              <span className="faint">{prompt.endsWith(" ") ? "ends with a space" : "addition"}</span>
            </button>
          ))}
        </>
      )}
    </div>
  );
}

const RULES = {
  digits: "Every digit is a token",
  "threes-from-left": "Three digits together are a token, counted from the left",
  "threes-from-right": "Three digits together are a token, counted from the right, as thousands are",
  whole: "Any number is one token",
  pieces: "Numbers are cut as its vocabulary happens to have them",
} satisfies Record<NumberReading, string>;

/** “Every digit is a token: 123 is 1 · 2 · 3, 54321 is 5 · 4 · 3 · 2 · 1.” */
function readingSentence({ reading, cut }: Found): string {
  const shown = cut
    .slice(0, 2)
    .map((pieces) => `${pieces.join("")} is ${pieces.length === 1 ? "one token" : pieces.join(" · ")}`);
  return `${RULES[reading]}: ${shown.join(", ")}.`;
}
