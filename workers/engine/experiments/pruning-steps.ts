import type { TokenCase } from "#analysis/experiments/neuron-cases.ts";
import { pruningCurve, unionOf } from "#analysis/experiments/tables/pruning-curve.ts";
import { withoutDuplicates } from "#analysis/experiments/suite/scored-cases.ts";
import { DEFAULT_RESAMPLES } from "#analysis/experiments/tables/statistics.ts";
import { AS_IT_IS } from "#analysis/experiments/ablated-neurons.ts";
import type { NeuronAblation } from "#analysis/experiments/ablated-neurons.ts";
import { capture } from "#analysis/capture.ts";
import { NO_CHANGES } from "#analysis/ablation/changes.ts";
import { randomGroups } from "#analysis/ablation/neuron-group.ts";
import { compareNeurons, neuronAt, topNeurons } from "#analysis/lens/neurons.ts";
import type { NeuronId } from "#model/ids.ts";
import type { FittedRequest, PruningFindings } from "#protocol/experiments.ts";
import { seedBeside } from "#protocol/experiments/fields.ts";
import { ablationRuns } from "./experiment-steps.ts";
import type { ExperimentModel, ExperimentSteps } from "./experiment-steps.ts";
import { tokenCases } from "./neuron-steps.ts";
import { readSuite } from "./suite-reader.ts";
import type { ReadCase } from "./suite-reader.ts";
import { ablatedBatches } from "./ablated-batches.ts";
import type { AblatedPart } from "./ablated-batches.ts";

/** The neurons of a few answer tokens, most important first: [layer, neuron] each. */
export interface RankedPart {
  readonly lists: readonly (readonly (readonly [layer: number, neuron: number])[])[];
  readonly uncertified: number;
}

export type PruningPart = RankedPart | AblatedPart;

/** Answer tokens of one step that ranks. */
const TOKENS_AT_ONCE = 8;
/** Neurons ranked for each answer token; then suite, those tokens' cases and controls in batches, with only the unions kept. */
export async function pruningSteps(
  { model, index }: ExperimentModel,
  cases: readonly ReadCase[],
  request: FittedRequest<"pruning">,
): Promise<ExperimentSteps<PruningPart, PruningFindings>> {
  const { runner, spec } = model;
  const { head, counts, draws, seed, fromLayer, ablation } = request;
  const { cases: known } = await readSuite(request.foundOn, model);
  const others = await Promise.all(request.controls.map((source) => readSuite(source, model)));
  const controls = others.flatMap((suite) => suite.cases);
  const tokens = withoutDuplicates(known.flatMap(tokenCases)).unique.map(({ ids, answerIds }): TokenCase => ({
    ids,
    target: answerIds[0]!,
  }));
  const ranking = Math.ceil(tokens.length / TOKENS_AT_ONCE);
  const batches = ablatedBatches(runner, [...cases, ...known, ...controls], {
    ablations: 1 + counts.length * (1 + draws),
    ablation,
    seed,
  });
  const tokensOf = (step: number) => tokens.slice(step * TOKENS_AT_ONCE, (step + 1) * TOKENS_AT_ONCE);
  return {
    runs: {
      kind: "pruning",
      tokens: tokens.map(({ ids, target }) => [ids, target]),
      cases: batches.runs,
      head: head ?? "increase",
      counts,
      draws,
      seed,
      fromLayer,
      ...ablationRuns(ablation, seed),
    },
    alone: batches.alone,
    count: ranking + batches.count,
    rowsOf: (step) => (step < ranking ? 2 * tokensOf(step).length : batches.rowsOf(step - ranking)),
    reads: (step) => (step < ranking ? [] : [{ from: 0, to: ranking }]),
    async run(step, before, signal) {
      if (step >= ranking) return batches.run(step - ranking, ablationsOf(keptOf(before)), signal);
      const lists: [number, number][][] = [];
      let uncertified = 0;
      for (const token of tokensOf(step)) {
        const { neurons, certified } = await ranked(token, signal);
        lists.push(neurons.map(({ layer, neuron }) => [layer, neuron]));
        if (!certified) uncertified += 1;
      }
      return { lists, uncertified };
    },
    found(parts, isWhole) {
      const rankedParts = parts.slice(0, ranking) as readonly RankedPart[];
      const scores = batches.scores(parts.slice(ranking) as readonly AblatedPart[]);
      const grouped = (list: readonly ReadCase[], first: number) =>
        list.map(({ asked }, place) => ({ group: asked.group, scores: scores[first + place] }));
      const curve = pruningCurve(
        {
          suite: grouped(cases, 0),
          known: grouped(known, cases.length),
          controls: grouped(controls, cases.length + known.length),
        },
        {
          spec,
          per: request.per,
          onlyCorrect: request.onlyCorrect,
          kept: keptOf(parts),
          randomSets: draws,
          fromLayer,
          seed,
          draws: isWhole ? DEFAULT_RESAMPLES : 0,
        },
      );
      const uncertified = rankedParts.reduce((sum, part) => sum + part.uncertified, 0);
      return { ...curve, uncertified, tokens: tokens.length };
    },
  };

  /** The deep neurons of one answer token, most important first. */
  async function ranked({ ids, target }: TokenCase, signal: AbortSignal) {
    const search = { target, count: Math.max(...counts), fromLayer, signal };
    if (search.count === 0) return { neurons: [], certified: true };
    const clean = await capture(runner, ids, NO_CHANGES, { signal });
    const lens = { runner, scale: clean.scale };
    if (!head) {
      const { order, certified } = await topNeurons(lens, clean, search);
      return { neurons: order.map((each) => neuronAt(lens, each.index)), certified };
    }
    const ablated = await capture(runner, ids, { interventions: [{ kind: "head", at: head, scale: 0 }] }, { signal });
    const pair = { before: clean, after: ablated, firstDifferentLayer: head.layer };
    const { rows, certified } = await compareNeurons(lens, pair, await index.ranges({ signal }), search);
    return { neurons: rows, certified };
  }

  function keptOf(parts: readonly PruningPart[]) {
    const lists = (parts.slice(0, ranking) as readonly RankedPart[]).flatMap((part) =>
      part.lists.map((list) => list.map(([layer, neuron]): NeuronId => ({ layer, neuron }))),
    );
    return counts.map((count) => ({ count, neurons: unionOf(lists, count) }));
  }

  /** As it is; then for each N what is kept, and random sets of the same layers. */
  function ablationsOf(kept: ReturnType<typeof keptOf>): NeuronAblation[] {
    const only = (neurons: readonly NeuronId[]): NeuronAblation => ({ kind: "only", neurons, fromLayer });
    return [
      AS_IT_IS,
      ...kept.flatMap(({ neurons }, place) =>
        [neurons, ...randomGroups(spec, neurons, { draws, seed: seedBeside(seed, place) })].map(only),
      ),
    ];
  }
}
