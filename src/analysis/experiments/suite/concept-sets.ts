import type { NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import { neuronsPerLayer, randomGroups } from "../../ablation/neuron-group.ts";
import { ablationOf } from "../ablated-neurons.ts";
import type { NeuronAblation } from "../ablated-neurons.ts";

/** Whether a neuron's value vector is read behind an attention layer (the paper's hidden-interpretable neurons) or as it is. */
export type ConceptReading = "transformed" | "untransformed";

export const READINGS = ["transformed", "untransformed"] as const satisfies readonly ConceptReading[];

/** How many of its first tokens are concepts, for each neuron of one layer. */
export type LayerHits = { readonly [reading in ConceptReading]: readonly number[] };

/** Neurons of the shallow layers with so many concepts or more, and what they are compared with. */
export interface ConceptSet {
  readonly reading: ConceptReading;
  readonly atLeast: number;
  readonly neurons: readonly NeuronId[];
  /** As many random neurons of each layer, none of the set where a layer has enough others. */
  readonly random: readonly (readonly NeuronId[])[];
  /** Whether each layer has enough others. */
  readonly isDisjoint: boolean;
}

export interface ConceptSetOptions {
  readonly thresholds: readonly number[];
  /** Random sets for each set. */
  readonly draws: number;
  readonly seed: number;
}

/**
 * The sets of every reading and threshold, readings first.
 *
 * @param hits of the first layers, [layer]
 */
export function conceptSets(
  spec: Pick<ModelSpec, "layers" | "neurons">,
  hits: readonly LayerHits[],
  { thresholds, draws, seed }: ConceptSetOptions,
): ConceptSet[] {
  return READINGS.flatMap((reading, at) =>
    thresholds.map((atLeast, place) => {
      const neurons = hits.flatMap((of, layer) =>
        of[reading].flatMap((count, neuron) => (count >= atLeast ? [{ layer, neuron }] : [])),
      );
      return {
        reading,
        atLeast,
        neurons,
        random: randomGroups(spec, neurons, { draws, seed: seed + at * thresholds.length + place }),
        isDisjoint: neuronsPerLayer(spec, neurons).every((count) => 2 * count <= spec.neurons),
      };
    }),
  );
}

/** The ablations of all sets, and where each set's begin: its own, then its random ones'. An empty set ablates nothing and has none. */
export function ablationsOf(sets: readonly ConceptSet[]): {
  readonly ablations: readonly NeuronAblation[];
  readonly starts: readonly (number | undefined)[];
} {
  const ablations: NeuronAblation[] = [];
  const starts = sets.map(({ neurons, random }) => {
    if (neurons.length === 0) return undefined;
    return ablations.push(ablationOf(neurons), ...random.map(ablationOf)) - 1 - random.length;
  });
  return { ablations, starts };
}
