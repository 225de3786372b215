import { duration } from "#charts/number-format.ts";
import type { TimedProgress } from "#state/requests/requests.ts";

interface ProgressLineProps {
  /** What is being computed, as a sentence starts. */
  readonly doing: string;
  readonly progress: TimedProgress | undefined;
  readonly onStop: () => void;
}

/** How far a long computation is, how long it will take, and the way to stop it. */
export function ProgressLine({ doing, progress, onStop }: ProgressLineProps) {
  const share = progress ? progress.done / Math.max(progress.total, 1) : 0;
  return (
    <div className="run-progress">
      <progress aria-label={doing} value={share} max={1} />
      <span className="small">
        {doing}
        {progress?.leftMs !== undefined && `, ${duration(progress.leftMs)} left`}
      </span>
      <button type="button" onClick={onStop}>
        Stop
      </button>
    </div>
  );
}
