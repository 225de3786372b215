import * as v from "valibot";
import type { NeuronCurves } from "#analysis/experiments/tables/neuron-curves.ts";
import type { HeadId } from "#model/ids.ts";
import { experiment } from "./definition.ts";
import { ablation, counts, draws, head, limited, onlyCorrect, seed, suite, variant } from "./fields.ts";
import { counted, estimate, estimatedShare, listOf, neuron } from "./schema-parts.ts";

const found: v.GenericSchema<unknown, NeuronCurves> = v.object({
  tokens: counted,
  correct: counted,
  accuracy: estimatedShare,
  headLoss: estimate,
  rows: listOf(
    v.object({
      count: counted,
      mask: estimate,
      keep: estimate,
      randomMask: estimate,
      randomKeep: estimate,
      activationLoss: estimate,
      lowestLoss: estimate,
      maskNats: estimate,
      randomMaskNats: estimate,
    }),
  ),
  uncertified: counted,
  lowest: listOf(v.object({ at: v.object(neuron), tokens: counted })),
});

/** A list of more neurons is no longer about the few that matter. */
const MAX_LISTED = 1_000;

/** Mask, keep and loss of activation of the neurons that lose most to a head. */
export const neurons = experiment({
  kind: "neurons",
  fields: {
    suite,
    seed,
    variant,
    head,
    ablation,
    onlyCorrect,
    counts: counts({
      // those of the paper's curves, and one below them for a small model
      initial: [5, 10, 20, 30, 50, 99],
      most: (shape) => Math.min(MAX_LISTED, shape.layers * shape.neurons),
      about: "k, how many neurons are off, or kept",
      unit: "neurons",
    }),
    draws,
    fromLayer: limited({
      otherwise: (_, earlier) => (earlier["head"] as HeadId).layer,
      about: "“keep” empties the layers from here on; left out: the head's",
      unit: "layer",
    }),
  },
  found,
  claims: ({ accuracy, rows }) => [
    { name: "accuracy", value: accuracy.value },
    ...rows.map(({ count, mask }) => ({ name: `mask ${count}`, value: mask.value })),
  ],
});
