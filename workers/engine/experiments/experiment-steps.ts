import type { Ablation } from "#analysis/experiments/ablation.ts";
import type { ExperimentRequest } from "#protocol/experiments.ts";

/**
 * An experiment as pieces of work, each done once and kept: parts come one after the other, each a plain value, and what is found
 * follows from those that are there.
 */
export interface ExperimentSteps<Part, Found> {
  /** What is run, without how it is counted afterwards: what differs only there shares what is kept. */
  readonly runs: unknown;
  readonly count: number;
  /** Cases that have no other prompt to take from; left out: none. */
  readonly alone?: number;
  /** Rows of batches that each step runs. */
  rowsOf(step: number): number;
  /** What a step takes, in rows, where it is something else that it runs; left out: as many rows as it runs. */
  costOf?(step: number): number;
  /** @param before the parts of the earlier steps */
  run(step: number, before: readonly Part[], signal: AbortSignal): Promise<Part>;
  /** @param isWhole false: of what has been run so far, without what takes long, as intervals */
  found(parts: readonly Part[], isWhole: boolean): Found;
  /** The request as it may be saved and shown; left out: as it was asked. */
  readonly savedRequest?: ExperimentRequest;
  /** Lets go of what the steps hold, once a run has ended in whichever way. */
  close?(): Promise<void>;
}

/** What of an ablation decides what is run: nothing for zero, whose runs are named as they were before there were others. */
export const ablationRuns = (ablation: Ablation, seed: number) => ({
  ...(ablation !== "zero" && { ablation }),
  ...(ablation === "resample" && { drawnBy: seed }),
});
