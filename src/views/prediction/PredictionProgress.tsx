import { useStore } from "zustand";
import { results } from "#state/run/results.ts";
import type { ResultKind } from "#state/run/results.ts";
import { askAgain } from "#state/run/runner.ts";
import { pursueNow, stopAsked } from "#state/run/session.ts";
import { ProgressLine } from "../shared/ProgressLine.tsx";

/** What the panel waits for, in the order in which it is asked. */
const DOING = [
  ["prediction", "Running"],
  ["predictionAblated", "Running again"],
  ["answer", "Scoring"],
  ["answerAblated", "Scoring again"],
] as const satisfies readonly (readonly [ResultKind, string])[];

/** How far the prompt's run is, where that takes long enough to ask; the way to stop it, and to begin again. */
export function PredictionProgress() {
  const slots = useStore(results);
  const [kind, doing] = DOING.find(([each]) => slots[each].status === "computing") ?? [];
  if (kind !== undefined) {
    return (
      // another wait comes in its own time
      <div key={kind} className="panel-tools comes-late">
        <ProgressLine
          doing={doing}
          progress={slots[kind].progress}
          onStop={() => DOING.forEach(([each]) => stopAsked(each))}
        />
      </div>
    );
  }
  const stopped = DOING.filter(([each]) => slots[each].status === "stopped");
  if (stopped.length === 0) return null;
  return (
    <div className="panel-tools">
      <span className="small">Stopped.</span>
      <button
        type="button"
        onClick={() => {
          for (const [each] of stopped) askAgain(each);
          pursueNow();
        }}
      >
        Run again
      </button>
    </div>
  );
}
