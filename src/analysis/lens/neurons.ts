import type { NeuronId } from "#model/ids.ts";
import { linearise, lowerBounds, upperBounds } from "../search/bounds.ts";
import type { Linearisation } from "../search/bounds.ts";
import type { NeuronRanges } from "../search/ranges.ts";
import type { Capture } from "../capture.ts";
import { certifiedTop } from "../search/certified.ts";
import type { CertifiedTop } from "../search/certified.ts";
import { neuronIncreases } from "./increase.ts";
import type { FrozenLens } from "./lens.ts";
import type { Runner } from "../runner.ts";

export interface NeuronSearch {
  readonly target: number;
  readonly count: number;
  /** Neurons below this layer are left out; there have to be `count` others. Left out: all layers. */
  readonly fromLayer?: number;
  /** Told how much of the search is done, 0 to 1. */
  readonly onShare?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Share of a search's progress that the bounds take. */
const BOUNDS_SHARE = 0.3;

/**
 * Exact values beyond which a list is given up as not certified: where every neuron weighs about the same, bounds settle
 * nothing, and the best of this many is what a person has time for.
 */
const MAX_EXACT = 4096;

/** The neurons of largest log-probability increase in one run; `index` is flat, [layer, neuron]. */
export async function topNeurons(lens: FrozenLens, run: Capture, search: NeuronSearch): Promise<CertifiedTop> {
  const { target, fromLayer: firstLayer, onShare } = search;
  const { vocabulary } = lens.runner.spec;
  const onTokens = (done: number) => onShare?.(BOUNDS_SHARE * (done / vocabulary));
  const [found] = (await linearise(lens, [run], { target, firstLayer, onTokens })) as [Linearisation];
  const side = { own: lens, run, atBase: found.atBase };
  return certifiedTop(aboveLayer(lens, await upperBounds(lens, run, found, firstLayer), search), {
    ...search,
    limit: exactLimit(search),
    ...followed(search),
    evaluate: (indices) => increasesIn(side, indices, target),
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
 * the first run's upper bound minus the second run's lower bound, and exactly 0 in layers that both runs share. Where that leaves a
 * neuron open, its increase in the second run is computed, which takes the place of the lower bound, and only where that does too
 * the one in the first. Each run's neurons write by the value vectors of the weights that it went through; the lens is one for both.
 *
 * @param ranges as `neuronRanges` gives them, of the weights that the second run went through
 */
export async function compareNeurons(
  lens: FrozenLens,
  pair: RunPair,
  ranges: NeuronRanges,
  search: NeuronSearch,
): Promise<{ readonly rows: ComparedNeuron[]; readonly evaluated: number; readonly certified: boolean }> {
  const { target } = search;
  const afterLens = { ...lens, runner: pair.afterRunner ?? lens.runner };
  const [before, after] = await linearisedPair(lens, afterLens, pair, search);
  const firstLayer = firstBounded(pair, search);
  const upper = await upperBounds(lens, pair.before, before, firstLayer);
  const lower = lowerBounds(afterLens, pair.after, after, ranges, firstLayer);
  const shared = pair.firstDifferentLayer * lens.runner.spec.neurons;
  const bounds = upper.map((bound, index) => (index < shared ? 0 : bound - lower[index]!));
  const first = { own: lens, run: pair.before, atBase: before.atBase };
  const second = { own: afterLens, run: pair.after, atBase: after.atBase };
  /** Increases in the second run. */
  const afters = new Map<number, number>();
  const findAfters = async (indices: readonly number[]) => {
    const missing = indices.filter((index) => index >= shared && !afters.has(index));
    if (missing.length === 0) return;
    const found = await increasesIn(second, missing, target);
    missing.forEach((index, i) => afters.set(index, found[i]!));
  };
  const exact = new Map<number, ComparedNeuron>();
  const { order, evaluated, certified } = await certifiedTop(aboveLayer(lens, bounds, search), {
    ...search,
    limit: exactLimit(search),
    ...followed(search),
    async refine(indices) {
      await findAfters(indices);
      return indices.map((index) => (index < shared ? 0 : upper[index]! - afters.get(index)!));
    },
    async evaluate(indices) {
      await findAfters(indices);
      const found = await increasesIn(first, indices, target);
      return indices.map((index, i) => {
        const inFirst = found[i]!;
        const inSecond = index < shared ? inFirst : afters.get(index)!;
        exact.set(index, { ...neuronAt(lens, index), change: inFirst - inSecond, before: inFirst, after: inSecond });
        return inFirst - inSecond;
      });
    },
  });
  search.onShare?.(1);
  return { rows: order.map(({ index }) => exact.get(index)!), evaluated, certified };
}

/** A run, what its neurons write by, and log p(target) at its residMid of each layer. */
interface Side {
  readonly own: FrozenLens;
  readonly run: Capture;
  readonly atBase: Float64Array;
}

/** Increases of neurons that are named by their flat indices. */
function increasesIn({ own, run, atBase }: Side, indices: readonly number[], target: number): Promise<number[]> {
  const inRun = indices.map((index) => {
    const at = neuronAt(own, index);
    return { run, at, atBase: atBase[at.layer]! };
  });
  return neuronIncreases(own, inRun, target);
}

/** Layers below this cannot be in the list, or change by 0. */
const firstBounded = ({ firstDifferentLayer }: RunPair, { fromLayer = 0 }: NeuronSearch) =>
  Math.max(firstDifferentLayer, fromLayer);

/** Linearises both runs, reading the unembedding once where they have the same weights. Layers that cannot be in the list are not bounded. */
async function linearisedPair(
  lens: FrozenLens,
  afterLens: FrozenLens,
  pair: RunPair,
  search: NeuronSearch,
): Promise<readonly [Linearisation, Linearisation]> {
  const { before, after } = pair;
  const { target, onShare } = search;
  const { vocabulary } = lens.runner.spec;
  const isOne = afterLens.runner === lens.runner;
  const asked = (from: number, share: number) => ({
    target,
    firstLayer: firstBounded(pair, search),
    onTokens: (done: number) => onShare?.(BOUNDS_SHARE * (from + (share * done) / vocabulary)),
  });
  if (isOne) return (await linearise(lens, [before, after], asked(0, 1))) as [Linearisation, Linearisation];
  const [first] = (await linearise(lens, [before], asked(0, 1 / 2))) as [Linearisation];
  const [second] = (await linearise(afterLens, [after], asked(1 / 2, 1 / 2))) as [Linearisation];
  return [first, second];
}

/** How far a search by bounds is: how many of those that were open behind its first batch are so no more. */
function followed({ onShare }: NeuronSearch): { readonly onOpen?: (open: number) => void } {
  if (!onShare) return {};
  let atFirst = 0;
  return {
    onOpen(open) {
      atFirst = Math.max(atFirst, open);
      onShare(1 - (1 - BOUNDS_SHARE) * (atFirst === 0 ? 0 : open / atFirst));
    },
  };
}

/** The bounds of the search's layers; nothing below its first layer can be in its list. */
const aboveLayer = ({ runner: { spec } }: FrozenLens, bounds: Float64Array, { fromLayer = 0 }: NeuronSearch) =>
  bounds.map((bound, index) => (index < fromLayer * spec.neurons ? -Infinity : bound));

const exactLimit = ({ count }: NeuronSearch) => Math.max(count, MAX_EXACT);

/** @param index flat, [layer, neuron] */
export const neuronAt = ({ runner: { spec } }: Pick<FrozenLens, "runner">, index: number): NeuronId => ({
  layer: Math.floor(index / spec.neurons),
  neuron: index % spec.neurons,
});
