import type { NeuronRanges } from "../search/ranges.ts";
import { logProbability } from "#core/numeric/softmax.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import { ablateEach, ablatedNeuron } from "../ablation/ablations.ts";
import type { AblationQuestion } from "../ablation/ablations.ts";
import type { Activations } from "../ablation/activations.ts";
import { capture } from "../capture.ts";
import type { Capture } from "../capture.ts";
import { NO_CHANGES } from "../ablation/changes.ts";
import type { Changes } from "../ablation/changes.ts";
import { lowestNeuron } from "../trace/enhancing-graph.ts";
import { activationOf } from "../lens/increase.ts";
import { randomGroups } from "../ablation/neuron-group.ts";
import { compareNeurons } from "../lens/neurons.ts";
import type { ComparedNeuron } from "../lens/neurons.ts";
import type { Runner } from "../runner.ts";
import type { AblationSource } from "./ablation.ts";
import { AS_IT_IS, ablationOf, scoresUnder } from "./ablated-neurons.ts";
import type { NeuronAblation } from "./ablated-neurons.ts";

/** One token of an answer and all before it: what a comparison at the last position is about. */
export interface TokenCase {
  readonly ids: readonly number[];
  readonly target: number;
}

/** One target under one ablation. */
export interface TargetScore {
  /** ln p(target), in nats. */
  readonly logProbability: number;
  readonly isTop: boolean;
}

/** What the k neurons that lose most to the head are worth in one case. */
export interface NeuronCurvePoint {
  readonly count: number;
  /** These at 0. */
  readonly mask: TargetScore;
  /** All other neurons from the head's layer on at 0. */
  readonly keep: TargetScore;
  /** As many random neurons of the same layers, each time anew. */
  readonly randomMask: readonly TargetScore[];
  readonly randomKeep: readonly TargetScore[];
  /** What they lose of their activation with the head ablated: Σ sign(m)·(m − m') / Σ |m|. */
  readonly activationLoss: number;
  /** The same of all but the lowest, when the lowest is at 0; NaN for a single neuron. */
  readonly lowestLoss: number;
  readonly lowest: NeuronId;
}

export interface NeuronCase {
  readonly baseline: TargetScore;
  readonly withoutHead: TargetScore;
  readonly points: readonly NeuronCurvePoint[];
  /** Whether the list of neurons is proven. */
  readonly certified: boolean;
}

export interface NeuronCaseOptions {
  readonly head: HeadId;
  /** The counts k, each at least 1. */
  readonly counts: readonly number[];
  /** Random sets for each k. */
  readonly draws: number;
  readonly seed: number;
  /** “Keep” empties the layers from this one on. */
  readonly fromLayer: number;
  /** R_k or more, as `neuronRanges` gives them. */
  readonly ranges: NeuronRanges;
  /** What takes the place of the head and of neurons that are ablated; left out: 0. */
  readonly ablationSource?: AblationSource | undefined;
  readonly signal?: AbortSignal;
}

/**
 * The paper's mask, keep and coefficient measures of one answer token, and its lowest-neuron test: the neurons are those of the
 * comparison between the model as it is and the model without the head, for the token that the answer has here.
 *
 * @throws what `signal` was aborted with
 * @see Yu & Ananiadou (2024), tables 5 and 6
 */
export async function neuronCase(
  runner: Runner,
  { ids, target }: TokenCase,
  options: NeuronCaseOptions,
): Promise<NeuronCase> {
  const { head, ablationSource, signal } = options;
  const donors = ablationSource && donorsOf(runner.spec, ablationSource);
  const clean = await capture(runner, ids, NO_CHANGES, { signal });
  const withoutHead: Changes = { interventions: [{ kind: "head", at: head, scale: 0 }], ablationSource: donors };
  const ablated = await capture(runner, ids, withoutHead, { signal });
  const { rows, certified } = await compareNeurons(
    { runner, scale: clean.scale },
    { before: clean, after: ablated, firstDifferentLayer: head.layer },
    options.ranges,
    { target, count: Math.max(...options.counts), ...(signal && { signal }) },
  );
  const lists = options.counts.map((count) => rows.slice(0, count));
  const ablations = [AS_IT_IS, ...lists.flatMap((list) => ablationsOf(runner, list, options))];
  const scores = await scoresUnder(runner, [{ ids, answerIds: [target] }], ablations, { ablationSource, signal });
  const scored = scores.map(([score]) => ({ logProbability: score!.logProbability[0]!, isTop: score!.isTop[0]! }));
  const lowest = await lossesAblatingLowest(runner, clean, lists, {
    target,
    watched: rows,
    ablationSource: donors,
    ...(signal && { signal }),
  });
  const each = 2 + 2 * options.draws;
  return {
    baseline: scored[0]!,
    withoutHead: targetScore(ablated.logits, target),
    certified,
    points: options.counts.map((count, index) => {
      const [mask, keep, ...randoms] = scored.slice(1 + index * each, 1 + (index + 1) * each);
      return {
        count,
        mask: mask!,
        keep: keep!,
        randomMask: randoms.slice(0, options.draws),
        randomKeep: randoms.slice(options.draws),
        activationLoss: activationLoss(
          lists[index]!,
          (at) => activationOf(clean, at),
          (at) => activationOf(ablated, at),
        ),
        ...lowest[index]!,
      };
    }),
  };
}

/** What stands in for the one case that is run. */
const donorsOf = ({ layers }: ModelSpec, { z, post }: AblationSource): Activations => ({
  prompts: [],
  z: Array.from({ length: layers }, (_, layer) => z(layer, 0)),
  post: Array.from({ length: layers }, (_, layer) => post(layer, 0)),
});

/** Mask, keep, then the random sets of the same layers masked and kept. */
function ablationsOf(
  { spec }: Runner,
  neurons: readonly NeuronId[],
  { fromLayer, draws, seed }: NeuronCaseOptions,
): NeuronAblation[] {
  const only = (list: readonly NeuronId[]): NeuronAblation => ({ kind: "only", neurons: list, fromLayer });
  const random = randomGroups(spec, neurons, { draws, seed });
  return [ablationOf(neurons), only(neurons), ...random.map(ablationOf), ...random.map(only)];
}

function targetScore(logits: Float32Array, target: number): TargetScore {
  const highest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  return { logProbability: logProbability(logits, target), isTop: logits[target]! >= highest };
}

/** Σ sign(m)·(m − m') / Σ |m|, m before and m' after; NaN where nothing fired. */
export function activationLoss(
  neurons: readonly NeuronId[],
  before: (at: NeuronId) => number,
  after: (at: NeuronId) => number,
): number {
  let lost = 0;
  let total = 0;
  for (const at of neurons) {
    lost += Math.sign(before(at)) * (before(at) - after(at));
    total += Math.abs(before(at));
  }
  return total > 0 ? lost / total : Number.NaN;
}

/** The neuron of the lowest layer; of several there, the one of largest increase before. */
export const lowestOf = (neurons: readonly ComparedNeuron[]): ComparedNeuron =>
  lowestNeuron([...neurons].sort((a, b) => b.before - a.before))!;

/** What each list loses of its activations at the last position when its lowest neuron is ablated, which itself is left out. */
async function lossesAblatingLowest(
  runner: Runner,
  clean: Capture,
  lists: readonly (readonly ComparedNeuron[])[],
  question: AblationQuestion & { readonly watched: readonly NeuronId[] },
): Promise<{ readonly lowestLoss: number; readonly lowest: NeuronId }[]> {
  const lowest = lists.map(lowestOf);
  const found = await ablateEach(runner, clean, lowest.map(ablatedNeuron), question);
  return lists.map((list, row) => {
    const { layer, neuron } = lowest[row]!;
    const others = list.filter((at) => at !== lowest[row]);
    const after = (at: NeuronId) => found[row]!.activations[question.watched.indexOf(at)]!;
    return {
      lowestLoss: activationLoss(others, (at) => activationOf(clean, at), after),
      lowest: { layer, neuron },
    };
  });
}
