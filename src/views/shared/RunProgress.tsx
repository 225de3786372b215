import { duration } from "#charts/number-format.ts";
import type { Progress, ResultKind } from "#state/run/results.ts";
import { stopRun } from "#state/run/runner.ts";

interface RunProgressProps {
  readonly kind: ResultKind;
  /** What is being computed, as a sentence starts. */
  readonly doing: string;
  readonly progress: Progress | undefined;
}

/** How far a long run is, how long it will take, and the way to stop it. */
export function RunProgress({ kind, doing, progress }: RunProgressProps) {
  const share = progress ? progress.done / Math.max(progress.total, 1) : 0;
  return (
    <div className="run-progress">
      <progress aria-label={doing} value={share} max={1} />
      <span className="small">
        {doing}
        {progress?.leftMs !== undefined && `, ${duration(progress.leftMs)} left`}
      </span>
      <button type="button" onClick={() => stopRun(kind)}>
        Stop
      </button>
    </div>
  );
}
