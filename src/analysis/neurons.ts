import type { NeuronId } from "#model/ids.ts";
import { lowerBounds, tangents } from "./bounds.ts";
import type { Capture } from "./capture.ts";
import { certifiedTop } from "./certified.ts";
import type { CertifiedTop } from "./certified.ts";
import { midLogProbabilities, neuronIncreases } from "./increase.ts";
import type { FrozenLens } from "./lens.ts";

export interface NeuronSearch {
  readonly target: number;
  readonly count: number;
  readonly signal?: AbortSignal;
}

/** The neurons of largest log-probability increase in one run; `index` is flat, [layer, neuron]. */
export async function topNeurons(lens: FrozenLens, run: Capture, search: NeuronSearch): Promise<CertifiedTop> {
  const { target } = search;
  const atBase = await midLogProbabilities(lens, run, target);
  const at = neuronAt(lens);
  return certifiedTop(await tangents(lens, run, target), {
    ...search,
    evaluate: (indices) => neuronIncreases(lens, run, indices.map(at), { target, atBase }),
  });
}

export interface ComparedNeuron extends NeuronId {
  /** before − after */
  readonly change: number;
  readonly before: number;
  readonly after: number;
}

/** Two runs of one prompt. Target and lens come from the clean one, for both. */
export interface RunPair {
  readonly before: Capture;
  readonly after: Capture;
  /** Layers below this are the same in both runs. */
  readonly firstDifferentLayer: number;
}

/**
 * Comparative neuron analysis: the neurons whose increase falls most from the first run to the second. A change is at most
 * the first run's upper bound minus the second run's lower bound, and exactly 0 in layers that both runs share.
 *
 * @param ranges R_k as `logitRanges` gives them
 */
export async function compareNeurons(
  lens: FrozenLens,
  pair: RunPair,
  ranges: Float32Array,
  search: NeuronSearch,
): Promise<{ readonly rows: ComparedNeuron[]; readonly evaluated: number; readonly certified: boolean }> {
  const { target } = search;
  const upper = await tangents(lens, pair.before, target);
  const lower = lowerBounds(lens, pair.after, await tangents(lens, pair.after, target), ranges);
  const shared = pair.firstDifferentLayer * lens.runner.spec.neurons;
  const bounds = upper.map((bound, index) => (index < shared ? 0 : bound - lower[index]!));
  const atBase = {
    before: await midLogProbabilities(lens, pair.before, target),
    after: await midLogProbabilities(lens, pair.after, target),
  };
  const exact = new Map<number, ComparedNeuron>();
  const at = neuronAt(lens);
  const { order, evaluated, certified } = await certifiedTop(bounds, {
    ...search,
    evaluate: async (indices) => {
      const neurons = indices.map(at);
      const before = await neuronIncreases(lens, pair.before, neurons, { target, atBase: atBase.before });
      const after = await neuronIncreases(lens, pair.after, neurons, { target, atBase: atBase.after });
      indices.forEach((index, i) => {
        exact.set(index, { ...neurons[i]!, change: before[i]! - after[i]!, before: before[i]!, after: after[i]! });
      });
      return indices.map((index) => exact.get(index)!.change);
    },
  });
  return { rows: order.map(({ index }) => exact.get(index)!), evaluated, certified };
}

const neuronAt =
  ({ runner }: FrozenLens) =>
  (index: number): NeuronId => ({
    layer: Math.floor(index / runner.spec.neurons),
    neuron: index % runner.spec.neurons,
  });
