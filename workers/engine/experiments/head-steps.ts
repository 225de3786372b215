import { donorsFor } from "#analysis/experiments/ablation.ts";
import type { Ablation } from "#analysis/experiments/ablation.ts";
import { sweepCases } from "#analysis/experiments/case-sweep.ts";
import type { SweptCase } from "#analysis/experiments/case-sweep.ts";
import { digitLabels, tokenLabels } from "#analysis/experiments/suite/digit-labels.ts";
import { headTable } from "#analysis/experiments/tables/head-table.ts";
import type { HeadTable } from "#analysis/experiments/tables/head-table.ts";
import { memoriseTable } from "#analysis/experiments/tables/memorise-table.ts";
import type { MemoriseRow } from "#analysis/experiments/tables/memorise-table.ts";
import { caseBatches, withoutDuplicates } from "#analysis/experiments/suite/scored-cases.ts";
import { DEFAULT_RESAMPLES } from "#analysis/experiments/tables/statistics.ts";
import type { FittedRequest } from "#protocol/experiments.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { ablationRuns } from "./experiment-steps.ts";
import type { ExperimentModel, ExperimentSteps } from "./experiment-steps.ts";
import type { ReadCase } from "./suite-reader.ts";

/** One batch of cases, each with every head ablated, in the order of the batch. */
export type HeadPart = readonly SweptCase[];

interface SweepRequest {
  readonly ablation: Ablation;
  readonly seed: number;
}

/** Every head ablated in every case: a step is a batch of cases of one shape. */
function sweepSteps({ runner, spec }: LoadedModel, cases: readonly ReadCase[], { ablation, seed }: SweepRequest) {
  const { unique, places } = withoutDuplicates(cases);
  const source = donorsFor(runner, unique, { ablation, seed, taps: ["z"] });
  const batches = caseBatches(spec, unique, rowsEach(spec)).map(({ indices }) => indices);
  return {
    runs: {
      kind: "heads",
      cases: unique.map(({ ids, answerIds }) => [ids, answerIds]),
      ...ablationRuns(ablation, seed),
    },
    count: batches.length,
    alone: source.alone,
    rowsOf(step: number) {
      const { length } = batches[step]!;
      return length * (1 + spec.layers * spec.heads) + source.rowsOf(length);
    },
    async run(step: number, _: readonly HeadPart[], signal: AbortSignal): Promise<HeadPart> {
      const ablationSource = await source.of(batches[step]!, signal);
      return sweepCases(
        runner,
        batches[step]!.map((index) => unique[index]!),
        { ablationSource, signal },
      );
    },
    /** Of each case, duplicates included; undefined where it has not been run. */
    sweptCases(parts: readonly HeadPart[]): (SweptCase | undefined)[] {
      const swept: (SweptCase | undefined)[] = [];
      parts.forEach((part, step) => part.forEach((each, row) => (swept[batches[step]![row]!] = each)));
      return places.map((place) => swept[place]);
    },
  };
}

/** Variants of a case that a batch has room for: enough that it pays, few enough that several cases share it. */
const VARIANTS = 48;
const rowsEach = ({ layers, heads }: LoadedModel["spec"]) => 1 + Math.max(heads, Math.min(layers * heads, VARIANTS));

export function headSteps(
  { model }: ExperimentModel,
  cases: readonly ReadCase[],
  request: FittedRequest<"heads">,
): ExperimentSteps<HeadPart, HeadTable> {
  const { per, onlyCorrect, seed } = request;
  const { sweptCases, ...steps } = sweepSteps(model, cases, request);
  return {
    ...steps,
    found(parts, isWhole) {
      const swept = sweptCases(parts);
      return headTable(
        cases.map(({ asked }, index) => ({ group: asked.group, swept: swept[index] })),
        { per, onlyCorrect, seed, headsPerLayer: model.spec.heads, draws: isWhole ? DEFAULT_RESAMPLES : 0 },
      );
    },
  };
}

export function memoriseSteps(
  { model }: ExperimentModel,
  cases: readonly ReadCase[],
  request: FittedRequest<"memorise">,
): ExperimentSteps<HeadPart, readonly MemoriseRow[]> {
  const { heads, onlyCorrect, seed } = request;
  const { sweptCases, ...steps } = sweepSteps(model, cases, request);
  return {
    ...steps,
    found(parts, isWhole) {
      const swept = sweptCases(parts);
      return memoriseTable(
        cases.map((each, index) => ({ group: each.asked.group, labels: labelsOf(each), swept: swept[index] })),
        { heads, onlyCorrect, seed, headsPerLayer: model.spec.heads, draws: isWhole ? DEFAULT_RESAMPLES : 0 },
      );
    },
  };
}

function labelsOf({ asked: { problem }, answerTexts }: ReadCase) {
  const digits = problem && digitLabels(problem.operation, problem.a, problem.b);
  return digits ? tokenLabels(answerTexts, digits) : answerTexts.map(() => undefined);
}
