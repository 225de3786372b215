import { isStale } from "#state/run/results.ts";
import type { ResultKind, Slot } from "#state/run/results.ts";
import { askAgain } from "#state/run/runner.ts";
import { pursueNow, stopAsked } from "#state/run/session.ts";
import { ProgressLine } from "./ProgressLine.tsx";

interface RunStateProps {
  readonly kind: ResultKind;
  readonly slot: Slot<unknown>;
  /** As a sentence starts. */
  readonly doing: string;
  /** What it fills, as “this map”. */
  readonly what: string;
}

/** How far a demand is, with the way to stop it; where it ended early, what has arrived, and the way on. */
export function RunState({ kind, slot, doing, what }: RunStateProps) {
  if (slot.status === "computing")
    return <ProgressLine doing={doing} progress={slot.progress} onStop={() => stopAsked(kind)} />;
  if (slot.status !== "stopped" && slot.status !== "failed") return null;
  return (
    <div className="run-progress">
      <span className="small">
        {slot.status === "stopped" ? "Stopped." : "Not finished."}{" "}
        {slot.value && !isStale(slot) ? "What has arrived is shown." : `Nothing of ${what} has arrived.`}
      </span>
      <RunAgain kind={kind} />
    </div>
  );
}

/** The way on for what ended early. */
export function RunAgain({ kind }: Pick<RunStateProps, "kind">) {
  return (
    <button
      type="button"
      onClick={() => {
        askAgain(kind);
        pursueNow();
      }}
    >
      Run again
    </button>
  );
}
