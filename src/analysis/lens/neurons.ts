import type { NeuronId } from "#model/ids.ts";
import { linearise, lowerBounds } from "../search/bounds.ts";
import type { Capture } from "../capture.ts";
import { certifiedTop } from "../search/certified.ts";
import type { CertifiedTop } from "../search/certified.ts";
import { neuronIncreases } from "./increase.ts";
import type { NeuronInRun } from "./increase.ts";
import type { FrozenLens } from "./lens.ts";
import type { Runner } from "../runner.ts";

export interface NeuronSearch {
  readonly target: number;
  readonly count: number;
  /** Neurons below this layer are left out; there have to be `count` others. Left out: all layers. */
  readonly fromLayer?: number;
  readonly signal?: AbortSignal;
}

/**
 * Exact values beyond which a list is given up as not certified: where every neuron weighs about the same, bounds settle
 * nothing, and the best of this many is what a person has time for.
 */
const MAX_EXACT = 4096;

/** The neurons of largest log-probability increase in one run; `index` is flat, [layer, neuron]. */
export async function topNeurons(lens: FrozenLens, run: Capture, search: NeuronSearch): Promise<CertifiedTop> {
  const { target } = search;
  const { atBase, upper } = await linearise(lens, run, target);
  const inRun = (index: number) => {
    const at = neuronAt(lens, index);
    return { run, at, atBase: atBase[at.layer]! };
  };
  return certifiedTop(aboveLayer(lens, upper, search), {
    ...search,
    limit: exactLimit(search),
    evaluate: (indices) => neuronIncreases(lens, indices.map(inRun), target),
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
  /** What the second run went through, where it has weights of its own; left out: what the first one went through. */
  readonly afterRunner?: Runner;
}

/**
 * Comparative neuron analysis: the neurons whose increase falls most from the first run to the second. A change is at most
 * the first run's upper bound minus the second run's lower bound, and exactly 0 in layers that both runs share. Each run's
 * neurons write by the value vectors of the weights that it went through; the lens is one for both.
 *
 * @param ranges R_k or more, as `neuronRanges` gives them, of the weights that the second run went through
 */
export async function compareNeurons(
  lens: FrozenLens,
  pair: RunPair,
  ranges: Float32Array,
  search: NeuronSearch,
): Promise<{ readonly rows: ComparedNeuron[]; readonly evaluated: number; readonly certified: boolean }> {
  const { target } = search;
  const before = await linearise(lens, pair.before, target);
  const afterLens = { ...lens, runner: pair.afterRunner ?? lens.runner };
  const after = await linearise(afterLens, pair.after, target);
  const lower = lowerBounds(afterLens, pair.after, after.tangents, ranges);
  const shared = pair.firstDifferentLayer * lens.runner.spec.neurons;
  const bounds = before.upper.map((bound, index) => (index < shared ? 0 : bound - lower[index]!));
  // one session run for both where both have the same weights
  const increasesInBoth = async (inFirst: readonly NeuronInRun[], inSecond: readonly NeuronInRun[]) =>
    pair.afterRunner
      ? [...(await neuronIncreases(lens, inFirst, target)), ...(await neuronIncreases(afterLens, inSecond, target))]
      : neuronIncreases(lens, [...inFirst, ...inSecond], target);
  const exact = new Map<number, ComparedNeuron>();
  const { order, evaluated, certified } = await certifiedTop(aboveLayer(lens, bounds, search), {
    ...search,
    limit: exactLimit(search),
    evaluate: async (indices) => {
      const neurons = indices.map((index) => neuronAt(lens, index));
      const inFirst = neurons.map((at) => ({ run: pair.before, at, atBase: before.atBase[at.layer]! }));
      const inSecond = neurons.map((at) => ({ run: pair.after, at, atBase: after.atBase[at.layer]! }));
      const increases = await increasesInBoth(inFirst, inSecond);
      return indices.map((index, i) => {
        const [first, second] = [increases[i]!, increases[i + indices.length]!];
        exact.set(index, { ...neurons[i]!, change: first - second, before: first, after: second });
        return first - second;
      });
    },
  });
  return { rows: order.map(({ index }) => exact.get(index)!), evaluated, certified };
}

/** Nothing below the search's first layer can be in its list. */
const aboveLayer = ({ runner: { spec } }: FrozenLens, bounds: Float64Array, { fromLayer = 0 }: NeuronSearch) =>
  bounds.map((bound, index) => (index < fromLayer * spec.neurons ? -Infinity : bound));

const exactLimit = ({ count }: NeuronSearch) => Math.max(count, MAX_EXACT);

/** @param index flat, [layer, neuron] */
export const neuronAt = ({ runner: { spec } }: Pick<FrozenLens, "runner">, index: number): NeuronId => ({
  layer: Math.floor(index / spec.neurons),
  neuron: index % spec.neurons,
});
