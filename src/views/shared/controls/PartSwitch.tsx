import { useStore } from "zustand";
import { question, scaleOf, setScale, togglePart } from "#state/question.ts";
import type { Part } from "#state/question.ts";
import { partName } from "../words/part-name.ts";

/** Scales the slider reaches; any other can be typed. */
const SLIDER = { least: 0, most: 2, step: 0.05 };

/** A part's switch, with the same words everywhere. */
export function PartSwitch({ part }: { readonly part: Part }) {
  const isChanged = useStore(question, (state) => scaleOf(state.interventions, part) !== 1);
  const name = partName(part);
  return (
    <button type="button" className="switch" aria-pressed={isChanged} onClick={() => togglePart(part)}>
      Switch {name} {isChanged ? "on" : "off"}
    </button>
  );
}

/** Turns a part up or down, by hand or by number. */
export function ScaleSlider({ part }: { readonly part: Part }) {
  const scale = useStore(question, (state) => scaleOf(state.interventions, part));
  const name = partName(part);
  return (
    <span className="scale">
      <input
        type="range"
        aria-label={`Scale of ${name}`}
        min={Math.min(SLIDER.least, scale)}
        max={Math.max(SLIDER.most, scale)}
        step={SLIDER.step}
        value={scale}
        onChange={(event) => setScale(part, Number(event.target.value), true)}
      />
      <span aria-hidden="true" className="times">
        ×
      </span>
      <input
        type="number"
        className="scale-number"
        aria-label={`Scale of ${name} as a number`}
        min={-100}
        max={100}
        step={SLIDER.step}
        value={scale}
        onChange={(event) => {
          const typed = event.target.valueAsNumber;
          if (Math.abs(typed) <= 100) setScale(part, typed, true);
        }}
      />
    </span>
  );
}
