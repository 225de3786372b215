import { useStore } from "zustand";
import type { Slots } from "#state/run/results.ts";
import { chooseNumbers, isForResearchers, view } from "#state/view.ts";
import { Exports } from "../exports/Exports.tsx";
import { drawnPrediction } from "./prediction-export.ts";

interface PredictionExportsProps {
  readonly slots: Slots;
  readonly isChanged: boolean;
}

export const PredictionExports = ({ slots, isChanged }: PredictionExportsProps) => (
  <>
    <NumbersSwitch />
    <Exports drawn={drawnPrediction(slots, isChanged)} />
  </>
);

/** How the numbers of the prediction come about. */
export function PredictionMethod() {
  return (
    <>
      Softmax over the whole vocabulary at the last position. “Before” is the model as it is; “after” is the same prompt
      with each intervention’s activations multiplied by its scale at every position. An answer of several tokens is
      scored token by token, each given the prompt and the answer’s true tokens before it; the whole’s log p is their
      sum.
    </>
  );
}

/** Which numbers the whole page shows; a file has all of them in any case. */
function NumbersSwitch() {
  const isOn = useStore(view, isForResearchers);
  return (
    <button
      type="button"
      className="switch"
      aria-pressed={isOn}
      title="Log-probabilities in nats, sums, activations, intervals and certificates, everywhere on the page"
      onClick={() => chooseNumbers(!isOn)}
    >
      Researcher’s numbers
    </button>
  );
}
