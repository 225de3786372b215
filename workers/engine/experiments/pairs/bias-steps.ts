import { biasCurve, FOUND_UNDER } from "#analysis/experiments/tables/bias-curve.ts";
import { answerLogProbability } from "#analysis/experiments/tables/accuracy.ts";
import { pairNeurons } from "#analysis/experiments/pair-neurons.ts";
import type { ComparedPair, PairNeuron, PairNeurons } from "#analysis/experiments/pair-neurons.ts";
import { DEFAULT_RESAMPLES, meanOf } from "#analysis/experiments/tables/statistics.ts";
import { AS_IT_IS } from "#analysis/experiments/ablated-neurons.ts";
import type { NeuronAblation } from "#analysis/experiments/ablated-neurons.ts";
import { activationOf } from "#analysis/lens/increase.ts";
import { randomGroups } from "#analysis/ablation/neuron-group.ts";
import { rawLogits } from "#analysis/lens/projection.ts";
import { topIndices } from "#core/numeric/top.ts";
import { Fault } from "#core/fault.ts";
import type { NeuronId } from "#model/ids.ts";
import type { BiasFindings, BiasNeuron, FittedRequest } from "#protocol/experiments.ts";
import { seedBeside } from "#protocol/experiments/fields.ts";
import type { LoadedModel } from "../../load/load-model.ts";
import { ablationRuns } from "../experiment-steps.ts";
import type { ExperimentModel, ExperimentSteps } from "../experiment-steps.ts";
import { readSuite } from "../suite-reader.ts";
import type { ReadCase } from "../suite-reader.ts";
import { ablatedBatches } from "../ablated-batches.ts";
import type { AblatedPart } from "../ablated-batches.ts";

/** The neurons that the first step, the comparison, finds. */
export interface FoundNeurons {
  readonly neurons: readonly BiasNeuron[];
  readonly certified: boolean;
}

export type BiasPart = FoundNeurons | AblatedPart;

type ReadPair = ReadCase & Required<Pick<ReadCase, "other">>;

/** Words and tokens that are listed of each neuron. */
const LISTED = 6;

/** The comparison across prompts, then the pairs and the controls in batches, each under every ablation. */
export async function biasSteps(
  { model, index }: ExperimentModel,
  cases: readonly ReadCase[],
  request: FittedRequest<"bias">,
): Promise<ExperimentSteps<BiasPart, BiasFindings>> {
  const { runner, spec } = model;
  const { counts, draws, seed, scale, ablation } = request;
  const pairs = cases.filter(isPair);
  if (pairs.length === 0) {
    throw new Fault(
      "bad-request",
      "suite: none of its cases has another side; a suite of pairs is needed, as gender-paper",
    );
  }
  const others = await Promise.all(request.controls.map((source) => readSuite(source, model)));
  const controls = others.flatMap((suite) => suite.cases);
  const compared = pairs.filter(({ asked }) => asked.pair!.template === FOUND_UNDER);
  const batches = ablatedBatches(runner, [...pairs, ...pairs.map(({ other }) => other), ...controls], {
    ablations: 1 + counts.length * (1 + draws),
    ablation,
    seed,
  });
  return {
    runs: {
      kind: "bias",
      pairs: compared.map(({ ids, answerIds, other, asked }) => [
        asked.group,
        ids,
        answerIds[0],
        other.ids,
        other.answerIds[0],
      ]),
      cases: batches.runs,
      counts,
      draws,
      seed,
      scale,
      ...ablationRuns(ablation, seed),
    },
    alone: batches.alone,
    count: 1 + batches.count,
    rowsOf: (step) => (step === 0 ? 2 * compared.length : batches.rowsOf(step - 1)),
    reads: (step) => (step === 0 ? [] : [{ from: 0, to: 1 }]),
    async run(step, [first], signal) {
      if (step > 0) return batches.run(step - 1, ablationsOf((first as FoundNeurons).neurons), signal);
      const ranges = await index.ranges({ signal });
      const found = await pairNeurons(runner, weighted(compared), { count: Math.max(1, ...counts), ranges, signal });
      return { certified: found.certified, neurons: await described(model, compared, found) };
    },
    found([first, ...parts], isWhole) {
      const { neurons, certified } = (first ?? { neurons: [], certified: true }) as FoundNeurons;
      const scores = batches.scores(parts as readonly AblatedPart[]);
      const curve = biasCurve(
        pairs.map(({ asked: { group, pair } }, place) => {
          const [own, other] = [scores[place], scores[pairs.length + place]];
          const gaps =
            own && other && own.map((score, at) => answerLogProbability(score) - answerLogProbability(other[at]!));
          return { group, word: pair!.word, template: pair!.template, gaps };
        }),
        controls.map(({ asked }, place) => ({ group: asked.group, scores: scores[2 * pairs.length + place] })),
        { counts, randomSets: draws, seed, draws: isWhole ? DEFAULT_RESAMPLES : 0 },
      );
      return { ...curve, neurons, certified };
    },
  };

  /** As it is; then for each k the first k, and random sets of the same layers. */
  function ablationsOf(neurons: readonly NeuronId[]): NeuronAblation[] {
    const scaled = (list: readonly NeuronId[]): NeuronAblation => ({ kind: "scale", neurons: list, scale });
    return [
      AS_IT_IS,
      ...counts.flatMap((count, place) => {
        const list = neurons.slice(0, count);
        return [list, ...randomGroups(spec, list, { draws, seed: seedBeside(seed, place) })].map(scaled);
      }),
    ];
  }
}

const isPair = (each: ReadCase): each is ReadPair => each.other !== undefined && each.asked.pair !== undefined;

/** Pairs with their weights: both sides count as much, and within a side every pair. */
export function weighted(pairs: readonly ReadPair[]): ComparedPair[] {
  const sizes = Map.groupBy(pairs, ({ asked }) => asked.group);
  return pairs.map(({ ids, answerIds, other, asked }) => ({
    own: { ids, target: answerIds[0]! },
    other: { ids: other.ids, target: other.answerIds[0]! },
    weight: 1 / (sizes.size * sizes.get(asked.group)!.length),
  }));
}

/** The neurons with their activations on both sides, the words that they separate most, and what they promote where they fire. */
async function described(
  { runner, tokenizer }: LoadedModel,
  pairs: readonly ReadPair[],
  { neurons, runs }: PairNeurons,
): Promise<BiasNeuron[]> {
  const sides = [...new Set(pairs.map(({ asked }) => asked.group))];
  const activation = (at: NeuronId, side: string) =>
    meanOf(
      pairs.map(({ ids, other, asked }) =>
        activationOf(runs.get((asked.group === side ? ids : other.ids).join(" "))!, at),
      ),
    );
  const found: BiasNeuron[] = [];
  for (const neuron of neurons) {
    const activations = sides.map((side) => activation(neuron, side));
    const [value] = await runner.weights.valueVectors([neuron]);
    const [logits] = await rawLogits(runner, [value!]);
    const sign = Math.sign(activations.reduce((sum, each) => (Math.abs(each) > Math.abs(sum) ? each : sum), 0));
    const tokens = topIndices(
      logits!.map((logit) => sign * logit),
      LISTED,
    ).map((id) => tokenizer.tokenText(id));
    found.push({ ...withoutChanges(neuron), activations, tokens, words: separated(pairs, neuron) });
  }
  return found;
}

const withoutChanges = ({ layer, neuron, change, own, other }: PairNeuron) => ({ layer, neuron, change, own, other });

const separated = (pairs: readonly ReadPair[], { changes }: PairNeuron) =>
  pairs
    .map(({ asked }, index) => ({ word: asked.pair!.word, change: changes[index]! }))
    .sort((a, b) => b.change - a.change)
    .slice(0, LISTED);
