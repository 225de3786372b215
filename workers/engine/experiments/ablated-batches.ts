import { donorsFor } from "#analysis/experiments/ablation.ts";
import type { Ablation } from "#analysis/experiments/ablation.ts";
import { caseBatches, withoutDuplicates } from "#analysis/experiments/suite/scored-cases.ts";
import type { CaseScore, ScoredCase } from "#analysis/experiments/suite/scored-cases.ts";
import { scoresUnder } from "#analysis/experiments/ablated-neurons.ts";
import type { NeuronAblation } from "#analysis/experiments/ablated-neurons.ts";
import type { Runner } from "#analysis/runner.ts";

/** One batch of cases under every ablation: [ablation][case]. */
export type AblatedPart = readonly (readonly CaseScore[])[];

/** Rows that a batch has room for at least: an ablation beyond these is run in the next. */
const ROWS = 48;

interface BatchOptions {
  /** How many ablations each case is tried with. */
  readonly ablations: number;
  readonly ablation?: Ablation | undefined;
  /** Draws the other prompts of `resample`. */
  readonly seed: number;
}

/**
 * Cases, each run once, in batches that every ablation is tried on. What takes the place of a neuron comes from all of them, those
 * of one shape with each other.
 */
export function ablatedBatches(
  runner: Runner,
  cases: readonly ScoredCase[],
  { ablations, ablation = "zero", seed }: BatchOptions,
) {
  const { unique, places } = withoutDuplicates(cases);
  const source = donorsFor(runner, unique, { ablation, seed, taps: ["post"] });
  const batches = caseBatches(runner.spec, unique, Math.min(ablations, ROWS)).map(({ indices }) => indices);
  return {
    /** What is run. */
    runs: unique.map(({ ids, answerIds }) => [ids, answerIds]),
    count: batches.length,
    alone: source.alone,
    rowsOf: (batch: number) => batches[batch]!.length * ablations + source.rowsOf(batches[batch]!.length),
    async run(batch: number, list: readonly NeuronAblation[], signal: AbortSignal): Promise<AblatedPart> {
      const indices = batches[batch]!;
      const ablationSource = await source.of(indices, signal);
      return scoresUnder(
        runner,
        indices.map((index) => unique[index]!),
        list,
        { ablationSource, signal },
      );
    },
    /** Of each case, duplicates included, under each ablation; undefined where it has not been run. */
    scores(parts: readonly AblatedPart[]): (readonly CaseScore[] | undefined)[] {
      const found: CaseScore[][] = [];
      parts.forEach((part, batch) =>
        batches[batch]!.forEach((place, row) => (found[place] = part.map((scores) => scores[row]!))),
      );
      return places.map((place) => found[place]);
    },
  };
}
