import { caseBatches, withoutDuplicates } from "#analysis/experiments/scored-cases.ts";
import type { CaseScore, ScoredCase } from "#analysis/experiments/scored-cases.ts";
import { scoresUnder } from "#analysis/experiments/switched-neurons.ts";
import type { NeuronSwitch } from "#analysis/experiments/switched-neurons.ts";
import type { Runner } from "#analysis/runner.ts";

/** One batch of cases under every switch: [switch][case]. */
export type SwitchedPart = readonly (readonly CaseScore[])[];

/** Rows that a batch has room for at least: a switch beyond these is run in the next. */
const ROWS = 48;

/** Cases, each run once, in batches that every switch is tried on. */
export function switchedBatches(runner: Runner, cases: readonly ScoredCase[], switches: number) {
  const { unique, places } = withoutDuplicates(cases);
  const batches = caseBatches(runner.spec, unique, Math.min(switches, ROWS)).map(({ indices }) => indices);
  return {
    /** What is run. */
    runs: unique.map(({ ids, answerIds }) => [ids, answerIds]),
    count: batches.length,
    rowsOf: (batch: number) => batches[batch]!.length * switches,
    run: (batch: number, list: readonly NeuronSwitch[], signal: AbortSignal): Promise<SwitchedPart> =>
      scoresUnder(
        runner,
        batches[batch]!.map((index) => unique[index]!),
        list,
        { signal },
      ),
    /** Of each case, duplicates included, under each switch; undefined where it has not been run. */
    scores(parts: readonly SwitchedPart[]): (readonly CaseScore[] | undefined)[] {
      const found: CaseScore[][] = [];
      parts.forEach((part, batch) =>
        batches[batch]!.forEach((place, row) => (found[place] = part.map((scores) => scores[row]!))),
      );
      return places.map((place) => found[place]);
    },
  };
}
