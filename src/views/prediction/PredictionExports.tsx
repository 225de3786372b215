import type { Slots } from "#state/run/results.ts";
import { Exports } from "../exports/Exports.tsx";
import { drawnPrediction } from "./prediction-export.ts";

interface PredictionExportsProps {
  readonly slots: Slots;
  readonly isChanged: boolean;
}

export const PredictionExports = ({ slots, isChanged }: PredictionExportsProps) => (
  <Exports drawn={drawnPrediction(slots, isChanged)} />
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
