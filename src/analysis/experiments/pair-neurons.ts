import type { NeuronRanges } from "../search/ranges.ts";
import { addScaled, fromRows, rowOf } from "#core/numeric/matrix.ts";
import type { NeuronId } from "#model/ids.ts";
import { capBend, gradientProducts } from "../search/bounds.ts";
import { logProbabilityMix, mixGradients, wholeMix } from "../search/directions.ts";
import { capture } from "../capture.ts";
import type { Capture } from "../capture.ts";
import { NO_CHANGES } from "../ablation/changes.ts";
import { certifiedTop } from "../search/certified.ts";
import { coefficientOf, midOf } from "../lens/increase.ts";
import { lensLogProbabilitiesOf, residualLogits } from "../lens/lens.ts";
import type { FrozenLens } from "../lens/lens.ts";
import { neuronAt } from "../lens/neurons.ts";
import type { Runner } from "../runner.ts";
import type { TokenCase } from "./neuron-cases.ts";

/** A token behind the prompt that it is expected behind, and what it is compared with: it behind another, or another behind it. */
export interface ComparedPair {
  readonly own: TokenCase;
  readonly other: TokenCase;
  /** How much it counts; all weights together are 1. */
  readonly weight: number;
}

export interface PairNeuron extends NeuronId {
  /** Σ weight · (increase on the own side − increase on the other), in nats. */
  readonly change: number;
  /** Σ weight · increase on the own side, and on the other. */
  readonly own: number;
  readonly other: number;
  /** Increase on the own side − on the other of each pair, in their order. */
  readonly changes: readonly number[];
}

export interface PairNeurons {
  /** Largest change first. */
  readonly neurons: readonly PairNeuron[];
  /** Whether no other neuron belongs in the list. */
  readonly certified: boolean;
  /** A run of each prompt, by its ids joined with spaces. */
  readonly runs: ReadonlyMap<string, Capture>;
}

export interface PairSearch {
  readonly count: number;
  /** R_k or more, as `neuronRanges` gives them. */
  readonly ranges: NeuronRanges;
  readonly signal?: AbortSignal;
}

/** Limit of neurons that are evaluated exactly, as in the comparison of one prompt. */
const MAX_EXACT = 4096;

/**
 * Comparative neuron analysis across prompts: the neurons whose log-probability increase is larger on the own side than on the
 * other, weighed over all pairs. Every run has its own lens, so that an increase is the one of its prompt alone.
 *
 * The sum over the pairs is linear in the logits but for the log-sum-exp of each run, which counts with the sum A of the run's
 * weights: upwards it is bounded by its tangent where A > 0, and by Hoeffding's lemma where A < 0. Where both sides weigh the same
 * in every run, A is 0 and the bound is the value.
 *
 * @throws what `signal` was aborted with
 */
export async function pairNeurons(
  runner: Runner,
  pairs: readonly ComparedPair[],
  { count, ranges, signal }: PairSearch,
): Promise<PairNeurons> {
  const parts = new Map<string, RunPart>();
  for (const { ids, target, weight } of pairs.flatMap(signed)) {
    const key = ids.join(" ");
    const part = parts.get(key) ?? (await runPart(runner, ids, signal));
    parts.set(key, part);
    part.mix.set(target, (part.mix.get(target) ?? 0) + weight);
  }
  const { layers, neurons } = runner.spec;
  const bounds = new Float64Array(layers * neurons);
  for (const part of parts.values()) {
    signal?.throwIfAborted();
    const own = await upperBounds(part, ranges);
    own.forEach((bound, index) => (bounds[index]! += bound));
  }
  const exact = new Map<number, PairNeuron>();
  const { order, certified } = await certifiedTop(bounds, {
    count: Math.min(count, bounds.length),
    limit: Math.max(count, MAX_EXACT),
    ...(signal && { signal }),
    async evaluate(indices) {
      const found = await evaluated(
        parts,
        pairs,
        indices.map((index) => neuronAt({ runner }, index)),
      );
      indices.forEach((index, place) => exact.set(index, found[place]!));
      return found.map(({ change }) => change);
    },
  });
  return {
    neurons: order.map(({ index }) => exact.get(index)!),
    certified,
    runs: new Map([...parts].map(([key, { run }]) => [key, run])),
  };
}

const signed = ({ own, other, weight }: ComparedPair) => [
  { ...own, weight },
  { ...other, weight: -weight },
];

/** One prompt, and how much each target behind it counts, with its sign. */
interface RunPart {
  readonly lens: FrozenLens;
  readonly run: Capture;
  readonly mix: Map<number, number>;
}

async function runPart(runner: Runner, ids: readonly number[], signal: AbortSignal | undefined): Promise<RunPart> {
  const run = await capture(runner, ids, NO_CHANGES, { signal });
  return { lens: { runner, scale: run.scale }, run, mix: new Map() };
}

/** Upper bounds of Σ mix · increase for every neuron, flattened [layer, neuron]. */
async function upperBounds({ lens, run, mix }: RunPart, { ranges }: NeuronRanges): Promise<Float64Array> {
  const { spec } = lens.runner;
  const total = weightOf(mix);
  const bend = capBend(spec, Math.abs(total) + [...mix.values()].reduce((sum, weight) => sum + Math.abs(weight), 0));
  if (total === 0 && bend === 0) {
    const balanced = new Float64Array(spec.vocabulary);
    for (const [target, weight] of mix) balanced[target]! += weight;
    const [gradient] = await mixGradients(lens, [wholeMix(balanced)]);
    return gradientProducts(lens, run, () => gradient);
  }
  const bases = fromRows(
    run.layers.map((_, layer) => midOf(run, layer)),
    spec.modelDim,
  );
  const logits = await residualLogits(lens, bases);
  const mixes = run.layers.map((_, layer) => logProbabilityMix(spec, rowOf(logits, layer), mix, total));
  const gradients = await mixGradients(lens, mixes);
  const tangents = await gradientProducts(lens, run, (layer) => gradients[layer]);
  if (total >= 0 && bend === 0) return tangents;
  return tangents.map((tangent, index) => {
    const reach = lens.scale * coefficientOf(run, neuronAt(lens, index)) * ranges[index]!;
    return tangent + (Math.max(0, -total) * reach ** 2) / 8 + bend * (reach / 2) ** 2;
  });
}

/** Weights that cancel may leave a rounding behind. */
function weightOf(mix: ReadonlyMap<number, number>): number {
  const total = [...mix.values()].reduce((sum, weight) => sum + weight, 0);
  return Math.abs(total) < 1e-12 ? 0 : total;
}

async function evaluated(
  parts: ReadonlyMap<string, RunPart>,
  pairs: readonly ComparedPair[],
  neurons: readonly NeuronId[],
): Promise<PairNeuron[]> {
  const increases = new Map<string, (neuron: number, target: number) => number>();
  for (const [key, part] of parts) increases.set(key, await increasesIn(part, neurons));
  const increase = ({ ids, target }: TokenCase, neuron: number) => increases.get(ids.join(" "))!(neuron, target);
  const weighed = (values: readonly number[]) =>
    values.reduce((sum, value, index) => sum + pairs[index]!.weight * value, 0);
  return neurons.map((at, neuron) => {
    const own = pairs.map((pair) => increase(pair.own, neuron));
    const other = pairs.map((pair) => increase(pair.other, neuron));
    const changes = own.map((value, index) => value - other[index]!);
    return { ...at, change: weighed(changes), own: weighed(own), other: weighed(other), changes };
  });
}

/** log p(target) gained by each neuron in one run, for every target of it. */
async function increasesIn({ lens, run, mix }: RunPart, neurons: readonly NeuronId[]) {
  const targets = [...mix.keys()];
  const values = await lens.runner.weights.valueVectors(neurons);
  const bases = neurons.map(({ layer }) => midOf(run, layer));
  const raised = neurons.map((at, index) => addScaled(bases[index]!, values[index]!, coefficientOf(run, at)));
  const { modelDim } = lens.runner.spec;
  const before = await lensLogProbabilitiesOf(lens, fromRows(bases, modelDim), targets);
  const after = await lensLogProbabilitiesOf(lens, fromRows(raised, modelDim), targets);
  return (neuron: number, target: number) => {
    const at = neuron * targets.length + targets.indexOf(target);
    return after[at]! - before[at]!;
  };
}
