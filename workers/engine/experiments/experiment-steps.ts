import type { Ablation } from "#analysis/experiments/ablation.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { AdaptedModel } from "../variants/adapted-model.ts";
import type { StepRange } from "#protocol/experiments.ts";
import type { LoadedModel } from "../load/load-model.ts";
import type { NeuronIndex } from "../lab/neuron-index.ts";

/** Lays an adapter over the base; whoever asks disposes of it. */
export type Adapt = (source: CheckpointSource, signal: AbortSignal) => Promise<AdaptedModel>;

/** What an experiment is run on, for one call. */
export interface ExperimentModel {
  readonly model: LoadedModel;
  readonly index: NeuronIndex;
  /** How an adapter is laid over the model; only of a base. */
  readonly adapt?: Adapt;
}

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
  /** Which earlier parts a step is given, as ranges that end before it; left out: none, so that it can be run anywhere at any time. */
  reads?(step: number): readonly StepRange[];
  /** @param before the parts of the earlier steps that it reads, each in its place */
  run(step: number, before: readonly Part[], signal: AbortSignal): Promise<Part>;
  /** @param isWhole false: of what has been run so far, without what takes long, as intervals */
  found(parts: readonly Part[], isWhole: boolean): Found;
  /** Lets go of what the steps hold, once a run has ended in whichever way. */
  close?(): Promise<void>;
}

/** The parts that a step reads, in their places; nothing stands where it reads none. */
export function partsRead<Part>(
  { reads }: ExperimentSteps<Part, unknown>,
  step: number,
  parts: readonly Part[],
): Part[] {
  const read = new Array<Part>(step);
  for (const { from, to } of reads?.(step) ?? []) for (let at = from; at < to; at++) read[at] = parts[at]!;
  return read;
}

/** The part of an ablation that names a run: none for zero, whose runs are named as they were before there were others. */
export const ablationRuns = (ablation: Ablation, seed: number) => ({
  ...(ablation !== "zero" && { ablation }),
  ...(ablation === "resample" && { drawnBy: seed }),
});
