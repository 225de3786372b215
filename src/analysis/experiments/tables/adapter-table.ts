import type { NeuronId } from "#model/ids.ts";
import type { AdaptedToken, FollowedNeuron } from "../adapter-tokens.ts";
import { isRight } from "./accuracy.ts";
import type { AccuracyOptions } from "./accuracy.ts";
import type { CaseScore } from "../suite/scored-cases.ts";
import { bootstrap, meanOf, resamples, weightedShare } from "./statistics.ts";
import type { Estimate } from "./statistics.ts";
import { ablatedAccuracy } from "../ablated-accuracy.ts";
import type { AblatedScore } from "../ablated-accuracy.ts";

/** A case in the base; undefined where it has not been run. */
export interface BaseCase {
  readonly group: string;
  readonly scores: CaseScore | undefined;
}

/** A case under an adapter: how it fared, and what became of the neurons of each of its answer's tokens. */
export interface AdaptedCase {
  readonly scores: CaseScore;
  readonly tokens: readonly AdaptedToken[];
}

export interface AdapterScore {
  readonly accuracy: Estimate;
  /** Accuracy with the adapter − without it, over the same cases under the same resamples. */
  readonly gain: Estimate;
  /** Mean of log p(answer) with the adapter − without it, in nats. */
  readonly nats: Estimate;
}

export interface GrowthRow {
  readonly count: number;
  /** Mean over the answer tokens of how much the first `count` neurons of the base grow; 1 is to twice as much. */
  readonly growth: Estimate;
  /** Of random neurons of the same layers, the mean over the draws. */
  readonly random: Estimate;
}

/** A neuron over the answer tokens that list it. */
export interface ListedNeuron extends NeuronId {
  /** How many list it. */
  readonly tokens: number;
  /** Mean activation over these tokens. */
  readonly inBase: number;
  readonly inAdapted: number;
}

/** A neuron that does more with the adapter, over all answer tokens. */
export interface GainingOverall extends ListedNeuron {
  /** Its gain in nats over the tokens that list it, divided by all tokens: what lists leave out counts as 0. */
  readonly gain: number;
}

export interface AdapterEffect {
  /** Answer tokens that have been compared. */
  readonly tokens: number;
  /** The unweighted mean over the groups. */
  readonly all: AdapterScore;
  readonly groups: readonly (AdapterScore & { readonly name: string })[];
  readonly growth: readonly GrowthRow[];
  /** Neurons of the base's lists, those that most tokens have among their first; the same for all adapters. */
  readonly followed: readonly ListedNeuron[];
  /** Largest gain first. */
  readonly neurons: readonly GainingOverall[];
  /** Answer tokens whose list of neurons that gain is not proven. */
  readonly uncertified: number;
}

export interface BaseAccuracy {
  readonly all: Estimate;
  readonly groups: readonly {
    readonly name: string;
    readonly cases: number;
    /** Answer tokens or answers, and how many of them are right. */
    readonly scored: number;
    readonly correct: number;
    readonly accuracy: Estimate;
  }[];
}

/** Neurons that gain which are listed of an adapter. */
const LISTED = 30;
/** Neurons of the base that are followed through the adapters. */
const FOLLOWED = 8;

export function baseAccuracy(cases: readonly BaseCase[], options: AccuracyOptions): BaseAccuracy {
  const { groups, all } = ablatedAccuracy(
    cases.map(({ group, scores }) => ({ group, scores: scores && [scores] })),
    options,
  );
  return {
    all: all.accuracy,
    groups: groups.map(({ name, cases: own, scored, correct, accuracy }) => ({
      name,
      cases: own,
      scored,
      correct,
      accuracy,
    })),
  };
}

/**
 * One adapter against the base, with percentile bootstrap intervals over the cases, a case's tokens together.
 *
 * @param cases of the base
 * @param adapted in the same order; undefined where it has not been run
 */
export function adapterEffect(
  cases: readonly BaseCase[],
  adapted: readonly (AdaptedCase | undefined)[],
  counts: readonly number[],
  options: AccuracyOptions,
): AdapterEffect {
  const pairs = cases.flatMap(({ group, scores }, index) => {
    const own = adapted[index];
    return scores && own ? [{ group, before: scores, own }] : [];
  });
  const { groups, all } = ablatedAccuracy(
    pairs.map(({ group, before, own }) => ({ group, scores: [before, own.scores] })),
    options,
  );
  const taken = pairs.filter(({ before }) => !options.onlyCorrect || isRight(before)).map(({ own }) => own.tokens);
  const tokens = taken.flat();
  const draws = resamples(taken.length, options);
  const mean = (of: (token: AdaptedToken) => number) => {
    const values = taken.map((own) => own.map(of).filter((value) => !Number.isNaN(value)));
    const sums = values.map((own) => own.reduce((sum, value) => sum + value, 0));
    const sizes = values.map(({ length }) => length);
    return bootstrap(taken.length, draws, (weights) => weightedShare(sums, sizes, weights));
  };
  return {
    tokens: tokens.length,
    all: scoreOf(all.ablations[0]),
    groups: groups.map(({ name, ablations }) => ({ name, ...scoreOf(ablations[0]) })),
    growth: counts.map((count, index) => ({
      count,
      growth: mean(({ growth }) => growth[index]!),
      random: mean(({ randomGrowth }) => meanOf(randomGrowth[index]!)),
    })),
    followed: followedOverall(tokens),
    neurons: gainingOverall(tokens),
    uncertified: tokens.filter(({ certified }) => !certified).length,
  };
}

/** Every neuron of some lists, one of each answer token, in the order that they are first listed in. */
function listedOverall<Each extends FollowedNeuron>(lists: readonly (readonly Each[])[]) {
  const listed = Map.groupBy(lists.flat(), ({ layer, neuron }) => `${layer} ${neuron}`);
  return [...listed.values()].map((own) => {
    const { layer, neuron } = own[0]!;
    const inBase = meanOf(own.map((each) => each.inBase));
    const inAdapted = meanOf(own.map((each) => each.inAdapted));
    return { overall: { layer, neuron, tokens: own.length, inBase, inAdapted }, own };
  });
}

const followedOverall = (tokens: readonly AdaptedToken[]): ListedNeuron[] =>
  listedOverall(tokens.map(({ followed }) => followed))
    .map(({ overall }) => overall)
    .sort((a, b) => b.tokens - a.tokens)
    .slice(0, FOLLOWED);

const gainingOverall = (tokens: readonly AdaptedToken[]): GainingOverall[] =>
  listedOverall(tokens.map(({ gained }) => gained))
    .map(({ overall, own }) => ({ ...overall, gain: own.reduce((sum, { gain }) => sum + gain, 0) / tokens.length }))
    .sort((a, b) => b.gain - a.gain)
    .slice(0, LISTED);

const NOTHING: Estimate = { value: Number.NaN, low: Number.NaN, high: Number.NaN };

const scoreOf = (score: AblatedScore | undefined): AdapterScore => ({
  accuracy: score?.accuracy ?? NOTHING,
  gain: negative(score?.lost ?? NOTHING),
  nats: negative(score?.nats ?? NOTHING),
});

const negative = ({ value, low, high }: Estimate): Estimate => ({ value: 0 - value, low: 0 - high, high: 0 - low });
