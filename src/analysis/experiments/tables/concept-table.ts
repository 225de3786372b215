import { sum } from "#core/numeric/sum.ts";
import type { ConceptSet, ConceptReading } from "../suite/concept-sets.ts";
import { ablationsOf } from "../suite/concept-sets.ts";
import { answerLogProbability, hitsOf, isRight, scoredOf } from "./accuracy.ts";
import type { CaseScore } from "../suite/scored-cases.ts";
import { bootstrap, meanEstimate, meanOf, relativeLoss, resamples, weightedShare } from "./statistics.ts";
import type { Estimate, ResampleOptions, Resamples } from "./statistics.ts";

/** The loss with one set of neurons ablated, over all cases that are taken into account. */
export interface ConceptSetLoss {
  readonly reading: ConceptReading;
  /** M: concepts among a neuron's first tokens. */
  readonly atLeast: number;
  readonly neurons: number;
  /** (accuracy as it is − with these ablated) / accuracy as it is, per answer token. */
  readonly loss: Estimate;
  /** Mean of log p(answer) as it is − with these ablated, in nats. */
  readonly nats: Estimate;
  /** The same for random neurons, as many in each layer; the mean over the draws of each case. */
  readonly randomLoss: Estimate;
  readonly randomNats: Estimate;
  /** Whether the random ones are all others: a layer that is in the set for more than half has not enough. */
  readonly isDisjoint: boolean;
}

export interface ConceptLosses {
  /** Answer tokens taken into account, and those of them that are right as the model is. */
  readonly tokens: number;
  readonly correct: number;
  readonly accuracy: Estimate;
  /** In the order of the sets. */
  readonly sets: readonly ConceptSetLoss[];
}

export interface ConceptCase {
  /** As the model is. */
  readonly baseline: CaseScore;
  /** Under each of `ablationsOf`. */
  readonly ablated: readonly CaseScore[];
}

export interface ConceptLossOptions extends ResampleOptions {
  /** Leaves out the cases whose answer is not right as the model is. */
  readonly onlyCorrect: boolean;
}

/** Accuracy and log-probability that each set of neurons costs, with percentile bootstrap intervals over the cases. */
export function conceptLosses(
  cases: readonly ConceptCase[],
  sets: readonly ConceptSet[],
  options: ConceptLossOptions,
): ConceptLosses {
  const taken = options.onlyCorrect ? cases.filter(({ baseline }) => isRight(baseline)) : cases;
  const draws = resamples(taken.length, options);
  const tokens = taken.map(({ baseline }) => scoredOf(baseline, "token"));
  const before = taken.map(({ baseline }) => hitsOf(baseline, "token"));
  const { starts } = ablationsOf(sets);
  return {
    tokens: sum(tokens),
    correct: sum(before),
    accuracy: bootstrap(taken.length, draws, (weights) => weightedShare(before, tokens, weights)),
    sets: sets.map(({ reading, atLeast, neurons, random, isDisjoint }, index) => {
      const over = { taken, draws, tokens, before };
      const start = starts[index];
      const own = start === undefined ? [] : [start];
      const others = start === undefined ? [] : random.map((_, draw) => start + 1 + draw);
      const [loss, nats] = lossOf(over, own);
      const [randomLoss, randomNats] = lossOf(over, others);
      return { reading, atLeast, neurons: neurons.length, loss, nats, randomLoss, randomNats, isDisjoint };
    }),
  };
}

interface Over {
  readonly taken: readonly ConceptCase[];
  readonly draws: Resamples;
  readonly tokens: readonly number[];
  readonly before: readonly number[];
}

/** @param places of the ablations, of which each case counts the mean; none: nothing is lost */
function lossOf({ taken, draws, tokens, before }: Over, places: readonly number[]): [share: Estimate, nats: Estimate] {
  const under = ({ baseline, ablated }: ConceptCase) =>
    places.length === 0 ? [baseline] : places.map((place) => ablated[place]!);
  const after = taken.map((each) => meanOf(under(each).map((score) => hitsOf(score, "token"))));
  const nats = taken.map((each) => answerLogProbability(each.baseline) - meanOf(under(each).map(answerLogProbability)));
  return [relativeLoss([before, after], tokens, draws), meanEstimate(nats, draws)];
}
