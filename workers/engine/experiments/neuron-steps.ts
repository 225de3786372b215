import { donorsFor } from "#analysis/experiments/ablation.ts";
import { neuronCase } from "#analysis/experiments/neuron-cases.ts";
import type { NeuronCase, TokenCase } from "#analysis/experiments/neuron-cases.ts";
import { neuronCurves } from "#analysis/experiments/tables/neuron-curves.ts";
import type { NeuronCurves } from "#analysis/experiments/tables/neuron-curves.ts";
import { withoutDuplicates } from "#analysis/experiments/suite/scored-cases.ts";
import type { ScoredCase } from "#analysis/experiments/suite/scored-cases.ts";
import { DEFAULT_RESAMPLES } from "#analysis/experiments/tables/statistics.ts";
import type { FittedRequest } from "#protocol/experiments.ts";
import { seedBeside } from "#protocol/experiments/fields.ts";
import { ablationRuns } from "./experiment-steps.ts";
import type { ExperimentModel, ExperimentSteps } from "./experiment-steps.ts";
import type { ReadCase } from "./suite-reader.ts";

/** Answer tokens of one step. */
const TOKENS_AT_ONCE = 8;

export type NeuronPart = readonly NeuronCase[];

/** Mask, keep and loss of activation for each answer token: a step is a few of them. */
export function neuronSteps(
  { model, index }: ExperimentModel,
  cases: readonly ReadCase[],
  request: FittedRequest<"neurons">,
): ExperimentSteps<NeuronPart, NeuronCurves> {
  const { runner } = model;
  const { head, counts, draws, seed, fromLayer, ablation } = request;
  const { unique, places } = withoutDuplicates(cases.flatMap(tokenCases));
  const source = donorsFor(runner, unique, { ablation, seed, taps: ["z", "post"] });
  const tokens = unique.map(({ ids, answerIds }): TokenCase => ({ ids, target: answerIds[0]! }));
  return {
    runs: {
      kind: "neurons",
      tokens: tokens.map(({ ids, target }) => [ids, target]),
      head,
      counts,
      draws,
      seed,
      fromLayer,
      ...ablationRuns(ablation, seed),
    },
    alone: source.alone,
    count: Math.ceil(tokens.length / TOKENS_AT_ONCE),
    rowsOf(step) {
      const { length } = tokensOf(step);
      return length * (3 + counts.length * (3 + 2 * draws)) + source.rowsOf(length);
    },
    async run(step, _, signal) {
      const ranges = await index.ranges({ signal });
      const part: NeuronCase[] = [];
      for (const [offset, token] of tokensOf(step).entries()) {
        // each token draws its own random sets
        const own = seedBeside(seed, step * TOKENS_AT_ONCE + offset);
        const ablationSource = await source.of([step * TOKENS_AT_ONCE + offset], signal);
        part.push(
          await neuronCase(runner, token, {
            head,
            counts,
            draws,
            seed: own,
            fromLayer,
            ranges,
            ablationSource,
            signal,
          }),
        );
      }
      return part;
    },
    found(parts, isWhole) {
      const known = parts.flat();
      const measured = places.flatMap((place) => known[place] ?? []);
      return neuronCurves(measured, {
        onlyCorrect: request.onlyCorrect,
        seed,
        draws: isWhole ? DEFAULT_RESAMPLES : 0,
      });
    },
  };

  function tokensOf(step: number): readonly TokenCase[] {
    return tokens.slice(step * TOKENS_AT_ONCE, (step + 1) * TOKENS_AT_ONCE);
  }
}

/** Each token of an answer as a case of its own, behind the true ones before it. */
export const tokenCases = ({ ids, answerIds }: ScoredCase) =>
  answerIds.map((id, token) => ({ ids: [...ids, ...answerIds.slice(0, token)], answerIds: [id] }));
