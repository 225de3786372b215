import { useStore } from "zustand";
import { duration } from "#charts/number-format.ts";
import { lab, stopTool } from "#state/lab/tools.ts";
import type { LabKind } from "#state/lab/tools.ts";

interface LabProgressProps {
  readonly kind: LabKind;
  /** What is being computed, as a sentence starts. */
  readonly doing: string;
}

/** While a tool works: how far it is, how long it will take, and the way to stop it. */
export function LabProgress({ kind, doing }: LabProgressProps) {
  const { status, progress } = useStore(lab, (slots) => slots[kind]);
  if (status === "stopped") return <p className="small faint">Stopped. What has arrived is shown.</p>;
  if (status !== "computing") return null;
  const share = progress ? progress.done / Math.max(progress.total, 1) : 0;
  return (
    <div className="run-progress">
      <progress aria-label={doing} value={share} max={1} />
      <span className="small">
        {doing}
        {progress?.leftMs !== undefined && `, ${duration(progress.leftMs)} left`}
      </span>
      <button type="button" onClick={() => stopTool(kind)}>
        Stop
      </button>
    </div>
  );
}
