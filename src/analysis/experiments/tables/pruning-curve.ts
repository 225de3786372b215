import type { NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import { meanAndSpread } from "../../ablation/neuron-group.ts";
import type { AccuracyOptions, ChangedCase } from "./accuracy.ts";
import type { Estimate } from "./statistics.ts";
import { costsOf, ablatedAccuracy } from "../ablated-accuracy.ts";
import type { AblationCost, AblatedScore } from "../ablated-accuracy.ts";

/** The neurons of one layer that stay. */
export interface KeptLayer {
  readonly layer: number;
  /** Ascending. */
  readonly neurons: readonly number[];
}

/** The first N neurons of every list together, in model order. */
export function unionOf(lists: readonly (readonly NeuronId[])[], count: number): NeuronId[] {
  const known = new Map(lists.flatMap((list) => list.slice(0, count)).map((at) => [`${at.layer} ${at.neuron}`, at]));
  return [...known.values()].sort((a, b) => a.layer - b.layer || a.neuron - b.neuron);
}

/** Layer by layer from the first that is pruned on, those that keep nothing too. */
export const keptLayers = (
  { layers }: Pick<ModelSpec, "layers">,
  kept: readonly NeuronId[],
  fromLayer: number,
): KeptLayer[] =>
  Array.from({ length: layers - fromLayer }, (_, index) => ({
    layer: fromLayer + index,
    neurons: kept.filter(({ layer }) => layer === fromLayer + index).map(({ neuron }) => neuron),
  }));

/** The accuracy that is left with the union of the first N neurons of every answer token kept, all others of the deep layers at 0. */
export interface PruningRow {
  /** N. */
  readonly count: number;
  readonly kept: readonly KeptLayer[];
  /** How many that are, and as a share of the deep layers' neurons. */
  readonly neurons: number;
  readonly share: number;
  /** Over the suite's groups, unweighted. */
  readonly all: AblatedScore;
  readonly groups: readonly AblatedScore[];
  /** On the cases that the neurons were found on. */
  readonly known: AblatedScore;
  /** Accuracy with as many random neurons of each layer kept: mean and standard deviation over the draws. */
  readonly random: { readonly mean: number; readonly spread: number };
  readonly costs: readonly AblationCost[];
}

export interface PrunedGroup {
  readonly name: string;
  readonly scored: number;
  readonly accuracy: Estimate;
}

export interface PruningCurve {
  readonly fromLayer: number;
  /** Neurons of the deep layers. */
  readonly deep: number;
  readonly groups: readonly PrunedGroup[];
  readonly all: Estimate;
  /** The cases that the neurons were found on, as the model is. */
  readonly known: { readonly scored: number; readonly accuracy: Estimate };
  readonly controls: readonly PrunedGroup[];
  readonly rows: readonly PruningRow[];
}

export interface PruningOptions extends AccuracyOptions {
  readonly spec: Pick<ModelSpec, "layers" | "neurons">;
  /** The counts N with what is kept of each: the ablations are these, each followed by its random sets. */
  readonly kept: readonly { readonly count: number; readonly neurons: readonly NeuronId[] }[];
  readonly randomSets: number;
  readonly fromLayer: number;
}

/** Cases under the ablations, by what they are for. */
export interface PrunedCases {
  readonly suite: readonly ChangedCase[];
  readonly known: readonly ChangedCase[];
  readonly controls: readonly ChangedCase[];
}

/** Accuracy over what is kept, with percentile bootstrap intervals over the cases. */
export function pruningCurve(cases: PrunedCases, options: PruningOptions): PruningCurve {
  const { spec, fromLayer, randomSets } = options;
  const suite = ablatedAccuracy(cases.suite, options);
  const known = ablatedAccuracy(cases.known, options);
  const controls = ablatedAccuracy(cases.controls, { ...options, onlyCorrect: false });
  const deep = (spec.layers - fromLayer) * spec.neurons;
  const none: AblatedScore = { accuracy: NOTHING, lost: NOTHING, nats: NOTHING };
  return {
    fromLayer,
    deep,
    groups: suite.groups.map(measured),
    all: suite.all.accuracy,
    known: { scored: known.groups.reduce((sum, { scored }) => sum + scored, 0), accuracy: known.all.accuracy },
    controls: controls.groups.map(measured),
    rows: options.kept.map(({ count, neurons }, index): PruningRow => {
      const at = index * (1 + randomSets);
      const randoms = Array.from({ length: randomSets }, (_, draw) => at + 1 + draw);
      return {
        count,
        kept: keptLayers(spec, neurons, fromLayer),
        neurons: neurons.length,
        share: neurons.length / deep,
        all: suite.all.ablations[at] ?? none,
        groups: suite.groups.map(({ ablations }) => ablations[at] ?? none),
        known: known.all.ablations[at] ?? none,
        random: meanAndSpread(randoms.map((each) => suite.all.ablations[each]?.accuracy.value ?? Number.NaN)),
        costs: costsOf(controls.groups, { at, randoms }),
      };
    }),
  };
}

const NOTHING: Estimate = { value: Number.NaN, low: Number.NaN, high: Number.NaN };

const measured = ({ name, scored, accuracy }: PrunedGroup): PrunedGroup => ({ name, scored, accuracy });
