import type { NeuronId } from "#model/ids.ts";
import type { NeuronCase, NeuronCurvePoint, TargetScore } from "../neuron-cases.ts";
import { meanEstimate, meanOf, relativeLoss, resamples } from "./statistics.ts";
import type { Estimate, ResampleOptions, Resamples } from "./statistics.ts";

/** One count k of the curves, over all tokens that are taken into account. */
export interface NeuronCurveRow {
  readonly count: number;
  /** (accuracy as it is − accuracy) / accuracy as it is. */
  readonly mask: Estimate;
  readonly keep: Estimate;
  /** The same for random neurons, the mean over the draws of each case. */
  readonly randomMask: Estimate;
  readonly randomKeep: Estimate;
  /** Mean over the tokens of what the neurons lose of their activation with the head ablated. */
  readonly activationLoss: Estimate;
  /** The same when the lowest neuron of the list is off instead. */
  readonly lowestLoss: Estimate;
  /** Mean of log p(token) as it is − with the k neurons at 0, in nats, and with random ones. */
  readonly maskNats: Estimate;
  readonly randomMaskNats: Estimate;
}

export interface NeuronCurves {
  /** Answer tokens taken into account. */
  readonly tokens: number;
  readonly correct: number;
  readonly accuracy: Estimate;
  /** With the head ablated. */
  readonly headLoss: Estimate;
  readonly rows: readonly NeuronCurveRow[];
  /** Tokens whose list of neurons is not proven to be the exact one. */
  readonly uncertified: number;
  /** The lowest neurons of the longest list, most frequent first, with how many tokens have them there. */
  readonly lowest: readonly { readonly at: NeuronId; readonly tokens: number }[];
}

export interface NeuronCurveOptions extends ResampleOptions {
  /** Leaves out the tokens that the model as it is gets wrong. */
  readonly onlyCorrect: boolean;
}

/** Lowest neurons that are listed. */
const LISTED = 10;

/** Mask, keep and loss of activation over k, with percentile bootstrap intervals over the answer tokens. */
export function neuronCurves(cases: readonly NeuronCase[], options: NeuronCurveOptions): NeuronCurves {
  const taken = options.onlyCorrect ? cases.filter(({ baseline }) => baseline.isTop) : cases;
  const draws = resamples(taken.length, options);
  const before = taken.map(({ baseline }) => Number(baseline.isTop));
  const everyToken = before.map(() => 1);
  const over: Over = { taken, draws, lossTo: (after) => relativeLoss([before, after], everyToken, draws) };
  return {
    tokens: taken.length,
    correct: before.reduce((sum, hit) => sum + hit, 0),
    accuracy: meanEstimate(before, draws),
    headLoss: over.lossTo(taken.map(({ withoutHead }) => Number(withoutHead.isTop))),
    rows: (taken[0]?.points ?? []).map((_, index) => curveRow(over, index)),
    uncertified: taken.filter(({ certified }) => !certified).length,
    lowest: lowestNeurons(taken),
  };
}

interface Over {
  readonly taken: readonly NeuronCase[];
  readonly draws: Resamples;
  /** @param after 1 for each token that is still right, 0 for one that is not */
  readonly lossTo: (after: readonly number[]) => Estimate;
}

function curveRow(over: Over, index: number): NeuronCurveRow {
  const points = over.taken.map(({ points: all }) => all[index]!);
  const share = (of: (point: NeuronCurvePoint) => readonly TargetScore[]) =>
    over.lossTo(points.map((point) => meanOf(of(point).map(({ isTop }) => Number(isTop)))));
  const nats = (of: (point: NeuronCurvePoint) => readonly TargetScore[]) =>
    meanEstimate(
      points.map(
        (point, at) =>
          over.taken[at]!.baseline.logProbability - meanOf(of(point).map(({ logProbability }) => logProbability)),
      ),
      over.draws,
    );
  return {
    count: points[0]!.count,
    mask: share(({ mask }) => [mask]),
    keep: share(({ keep }) => [keep]),
    randomMask: share(({ randomMask }) => randomMask),
    randomKeep: share(({ randomKeep }) => randomKeep),
    activationLoss: meanEstimate(
      points.map(({ activationLoss }) => activationLoss),
      over.draws,
    ),
    lowestLoss: meanEstimate(
      points.map(({ lowestLoss }) => lowestLoss),
      over.draws,
    ),
    maskNats: nats(({ mask }) => [mask]),
    randomMaskNats: nats(({ randomMask }) => randomMask),
  };
}

function lowestNeurons(cases: readonly NeuronCase[]): NeuronCurves["lowest"] {
  const counts = new Map<string, { readonly at: NeuronId; tokens: number }>();
  for (const { points } of cases) {
    const at = points.reduce((longest, point) => (point.count > longest.count ? point : longest)).lowest;
    const key = `${at.layer} ${at.neuron}`;
    const known = counts.get(key) ?? { at, tokens: 0 };
    known.tokens += 1;
    counts.set(key, known);
  }
  return [...counts.values()].sort((a, b) => b.tokens - a.tokens).slice(0, LISTED);
}
