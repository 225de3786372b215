import { useStore } from "zustand";
import { question, scaleOf } from "#state/question.ts";
import type { Part } from "#state/question.ts";
import { select } from "#state/view.ts";
import { changesText, hookName, partName } from "../shared/words/part-name.ts";
import { PartSwitch, ScaleSlider } from "../shared/controls/PartSwitch.tsx";

interface CardHeadProps {
  readonly part: Part;
  readonly isPreview: boolean;
}

/** A part's name, its switch and its scale. */
export function CardHead({ part, isPreview }: CardHeadProps) {
  const isAblated = useStore(question, (state) => scaleOf(state.interventions, part) === 0);
  const interventions = useStore(question, (state) => state.interventions);
  const others = interventions.filter((change) => partName(change) !== partName(part));
  return (
    <header className="panel-head card-head">
      <h2 className={isAblated ? "is-off" : ""} title={hookName(part)}>
        {partName(part)}
      </h2>
      <span className="faint small">
        {isPreview ? "preview; click to keep" : part.kind === "head" ? "attention head" : "FFN neuron"}
      </span>
      {others.length > 0 && <span className="faint small">measured with {changesText(others)}</span>}
      <span className="panel-tools">
        <ScaleSlider part={part} />
        <PartSwitch part={part} />
        {!isPreview && (
          <button
            type="button"
            className="quiet close"
            aria-label="Close the inspector"
            onClick={() => select(undefined)}
          >
            ✕
          </button>
        )}
      </span>
    </header>
  );
}
