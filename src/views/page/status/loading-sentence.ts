import { bytesOf, duration } from "#charts/number-format.ts";
import type { LoadSpeed } from "#state/model/load-pace.ts";
import type { ModelStatus } from "#state/model/model.ts";
import type { LoadProgress } from "#protocol/engine.ts";

const STAGES = {
  reading: "Reading",
  waiting: "Waiting",
  checking: "Checking",
  fetching: "Fetching",
  preparing: "Preparing",
  proving: "Checking this GPU’s numbers",
  "warming-up": "Warming up",
} as const satisfies Record<LoadProgress["stage"], string>;

/** More would change with every look. */
const SPEED_FIGURES = 2;

/** What a model's load is doing; or that it is paused. */
export function loadingSentence(name: string, status: Extract<ModelStatus, { kind: "loading" }>): string {
  const { progress, isPaused } = status;
  if (!progress) return `Starting on ${name}`;
  const sentence = progressSentence({ ...status, progress });
  return isPaused ? `${sentence}, paused` : sentence;
}

/** How much, how fast, how long; or that nothing comes. */
export function progressSentence(report: LoadSpeed & { readonly progress: LoadProgress }): string {
  const { progress, leftMs, bytesPerSecond, silentMs } = report;
  return [
    `${STAGES[progress.stage]}: ${progress.part}`,
    progress.total > 0
      ? `${bytesOf(progress.done)} of ${bytesOf(progress.total)}`
      : progress.done > 0 && `${bytesOf(progress.done)} so far`,
    bytesPerSecond !== undefined && `${bytesOf(Number(bytesPerSecond.toPrecision(SPEED_FIGURES)))}/s`,
    leftMs !== undefined && `${duration(leftMs)} left`,
    silentMs !== undefined && `nothing has come for ${duration(silentMs)}; it goes on by itself when something does`,
  ]
    .filter((part) => part !== false)
    .join(", ");
}
