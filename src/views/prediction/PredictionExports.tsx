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
