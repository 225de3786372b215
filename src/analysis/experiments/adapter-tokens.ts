import type { NeuronRanges } from "../search/ranges.ts";
import type { NeuronId } from "#model/ids.ts";
import { capture } from "../capture.ts";
import { NO_CHANGES } from "../ablation/changes.ts";
import { activationOf } from "../lens/increase.ts";
import { randomGroups } from "../ablation/neuron-group.ts";
import { compareNeurons, neuronAt, topNeurons } from "../lens/neurons.ts";
import type { Runner } from "../runner.ts";
import { activationLoss } from "./neuron-cases.ts";
import type { TokenCase } from "./neuron-cases.ts";

/** The neurons that matter most to an answer token. */
export interface ImportantNeurons {
  /** Largest log-probability increase first. */
  readonly neurons: readonly NeuronId[];
  /** Whether the list is proven. */
  readonly certified: boolean;
}

/** A neuron's activation at the last position, in the base and with the adapter. */
export interface FollowedNeuron extends NeuronId {
  readonly inBase: number;
  readonly inAdapted: number;
}

/** A neuron that does more for the token in the adapted model than in the base. */
export interface GainingNeuron extends FollowedNeuron {
  /** Its increase in the adapted model − in the base, in nats, above 0. */
  readonly gain: number;
}

/** What an adapter does to the neurons of one answer token. */
export interface AdaptedToken {
  /** Σ sign(m)·(m' − m) / Σ |m| over the first k of the base's list, for each k; m in the base, m' with the adapter. */
  readonly growth: readonly number[];
  /** The same of random neurons, as many in each layer: [k][draw]. */
  readonly randomGrowth: readonly (readonly number[])[];
  /** The first of the base's list. */
  readonly followed: readonly FollowedNeuron[];
  readonly gained: readonly GainingNeuron[];
  /** Whether the list of those that gain is proven. */
  readonly certified: boolean;
}

/** A base and the same model with an adapter over it. */
export interface AdaptedPair {
  readonly base: Runner;
  readonly adapted: Runner;
  /** Layers below this are the same in both. */
  readonly firstDifferentLayer: number;
  /** R_k or more of the base's weights, as `neuronRanges` gives them. */
  readonly ranges: NeuronRanges;
}

export interface AdaptedTokenOptions {
  /** The counts k. */
  readonly counts: readonly number[];
  /** Random sets for each k. */
  readonly draws: number;
  readonly seed: number;
  /** Neurons that are followed, and neurons that gain, at most. */
  readonly listed: number;
  readonly signal?: AbortSignal;
}

/** The first neurons of the base by log-probability increase, for the token that the answer has here. */
export async function importantNeurons(
  runner: Runner,
  { ids, target }: TokenCase,
  { count, signal }: { readonly count: number; readonly signal?: AbortSignal },
): Promise<ImportantNeurons> {
  const run = await capture(runner, ids, NO_CHANGES, { signal });
  const lens = { runner, scale: run.scale };
  const { order, certified } = await topNeurons(lens, run, { target, count, ...(signal && { signal }) });
  return { neurons: order.map(({ index }) => neuronAt(lens, index)), certified };
}

/**
 * What becomes of the base's important neurons with the adapter, and which neurons gain most by it: the comparison of the two
 * variants asked from the adapted one, with its lens, for the token that the answer has here.
 *
 * @throws what `signal` was aborted with
 * @see Yu & Ananiadou (2024), table 10
 */
export async function adaptedToken(
  { base, adapted, firstDifferentLayer, ranges }: AdaptedPair,
  { ids, target }: TokenCase,
  important: readonly NeuronId[],
  { counts, draws, seed, listed, signal }: AdaptedTokenOptions,
): Promise<AdaptedToken> {
  const inBase = await capture(base, ids, NO_CHANGES, { signal });
  const inAdapted = await capture(adapted, ids, NO_CHANGES, { signal });
  const growth = (neurons: readonly NeuronId[]) =>
    activationGrowth(
      neurons,
      (at) => activationOf(inBase, at),
      (at) => activationOf(inAdapted, at),
    );
  const lists = counts.map((count) => important.slice(0, count));
  const inBoth = ({ layer, neuron }: NeuronId): FollowedNeuron => ({
    layer,
    neuron,
    inBase: activationOf(inBase, { layer, neuron }),
    inAdapted: activationOf(inAdapted, { layer, neuron }),
  });
  const { rows, certified } = await compareNeurons(
    { runner: adapted, scale: inAdapted.scale },
    { before: inAdapted, after: inBase, firstDifferentLayer, afterRunner: base },
    ranges,
    { target, count: listed, ...(signal && { signal }) },
  );
  return {
    growth: lists.map(growth),
    randomGrowth: lists.map((list) => randomGroups(base.spec, list, { draws, seed }).map(growth)),
    followed: important.slice(0, listed).map(inBoth),
    gained: rows.filter(({ change }) => change > 0).map((row) => ({ ...inBoth(row), gain: row.change })),
    certified,
  };
}

/** Σ sign(m)·(m' − m) / Σ |m|, m before and m' after; NaN where nothing fired. */
export const activationGrowth = (
  neurons: readonly NeuronId[],
  before: (at: NeuronId) => number,
  after: (at: NeuronId) => number,
): number => 0 - activationLoss(neurons, before, after);
