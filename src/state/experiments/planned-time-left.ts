import { timeLeft } from "../requests/time-left.ts";

/**
 * How long a run takes that was planned: by the plan until two reports show a pace, at that pace from then on. What was kept of an earlier run
 * cost no time in this one.
 *
 * @param plannedMs what the plan says is left as the run starts; undefined without a plan
 * @returns milliseconds left at each report; undefined where the plan's time is over and there is no pace yet
 */
export function plannedTimeLeft(plannedMs: number | undefined, startedAt = performance.now()) {
  let first: { readonly done: number; readonly at: number } | undefined;
  return (done: number, total: number, now = performance.now()): number | undefined => {
    first ??= { done, at: now };
    const measured = timeLeft(first.at, done - first.done, total - first.done, now);
    if (measured !== undefined || plannedMs === undefined) return measured;
    const planned = plannedMs - (now - startedAt);
    return planned > 0 ? planned : undefined;
  };
}
