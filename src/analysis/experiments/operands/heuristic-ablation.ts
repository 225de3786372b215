import { randomStream, sample } from "#core/numeric/random.ts";
import type { NeuronId } from "#model/ids.ts";
import { randomGroups } from "../../ablation/neuron-group.ts";
import type { Runner } from "../../runner.ts";
import type { CaseScore, ScoredCase } from "../suite/scored-cases.ts";
import { AS_IT_IS, ablationOf, scoresUnder } from "../ablated-neurons.ts";
import type { NeuronAblation } from "../ablated-neurons.ts";
import { isRight } from "../tables/accuracy.ts";
import type { Heuristic, OperandPair } from "./heuristics.ts";
import type { SortedNeuron } from "./sorted-layer.ts";

/** The sorted neurons of one layer. */
export interface LayerNeurons {
  readonly layer: number;
  readonly neurons: readonly SortedNeuron[];
}

/** A problem with k neurons of each layer off. */
export interface AblatedHeuristics {
  /** Neurons that are ablated, in all layers. */
  readonly neurons: number;
  /** Those whose heuristics apply to the problem. */
  readonly own: CaseScore;
  /** As many sorted neurons of each layer none of whose heuristics applies, one score for each draw. */
  readonly others: readonly CaseScore[];
  /** As many of all neurons of each layer, none of the own. */
  readonly random: readonly CaseScore[];
}

export interface HeuristicCase {
  readonly baseline: CaseScore;
  /** For each k; none where the model as it is gets the problem wrong. */
  readonly points: readonly AblatedHeuristics[];
}

export interface HeuristicOptions {
  readonly draws: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** The neurons that are ablated for one problem. */
export interface HeuristicAblation {
  readonly own: readonly NeuronId[];
  readonly others: readonly (readonly NeuronId[])[];
}

/**
 * Which neurons are ablated for a problem: of each layer the first k whose heuristics apply to it, those of most such heuristics first (as the paper's
 * code has it), equal ones by their best score; and sets of as many sorted ones none of whose heuristics does. Where a layer has fewer of
 * either, as many of both.
 */
export function heuristicAblation(
  problem: OperandPair,
  sorted: readonly LayerNeurons[],
  heuristics: readonly Heuristic[],
  { count, draws, seed }: { readonly count: number; readonly draws: number; readonly seed: number },
): HeuristicAblation {
  const random = randomStream(seed);
  const isMet = heuristics.map(({ applies }) => applies(problem));
  const layers = sorted.map(({ layer, neurons }) => {
    const ranked = neurons.map(({ neuron, matches }) => {
      const met = matches.filter(([place]) => isMet[place]).map(([, score]) => score);
      return { at: { layer, neuron }, met: met.length, best: Math.max(0, ...met) };
    });
    const own = ranked.filter(({ met }) => met > 0).sort((x, y) => y.met - x.met || y.best - x.best);
    const others = ranked.filter(({ met }) => met === 0).map(({ at }) => at);
    const size = Math.min(count, own.length, others.length);
    return { own: own.slice(0, size).map(({ at }) => at), others, size };
  });
  return {
    own: layers.flatMap(({ own }) => own),
    others: Array.from({ length: draws }, () => layers.flatMap(({ others, size }) => sample(others, size, random))),
  };
}

/** A problem as the model is and under each set; one that it gets wrong has nothing to lose. */
export async function heuristicCase(
  runner: Runner,
  each: ScoredCase,
  sets: readonly HeuristicAblation[],
  { draws, seed, signal }: HeuristicOptions,
): Promise<HeuristicCase> {
  const scored = async (ablations: readonly NeuronAblation[]) => {
    const scores = await scoresUnder(runner, [each], ablations, { signal });
    return scores.map(([score]) => score!);
  };
  const baseline = (await scored([AS_IT_IS]))[0]!;
  if (!isRight(baseline)) return { baseline, points: [] };
  const lists = sets.map(({ own, others }) => [own, ...others, ...randomGroups(runner.spec, own, { draws, seed })]);
  const scores = await scored(lists.flat().map(ablationOf));
  const width = 1 + 2 * draws;
  return {
    baseline,
    points: sets.map(({ own }, index) => {
      const [first, ...rest] = scores.slice(index * width, (index + 1) * width);
      return { neurons: own.length, own: first!, others: rest.slice(0, draws), random: rest.slice(draws) };
    }),
  };
}
