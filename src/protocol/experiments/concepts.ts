import * as v from "valibot";
import { READINGS } from "#analysis/experiments/suite/concept-sets.ts";
import type { ConceptLosses } from "#analysis/experiments/tables/concept-table.ts";
import { INDEX_DEPTH } from "#analysis/search/token-index.ts";
import type { NeuronId } from "#model/ids.ts";
import { experiment } from "./definition.ts";
import { ablation, counts, draws, limited, onlyCorrect, seed, suite, variant } from "./fields.ts";
import type { Field } from "./fields.ts";
import {
  counted,
  estimate,
  estimatedShare,
  layer as layerPlace,
  listOf,
  measure,
  neuron,
  text,
} from "./schema-parts.ts";

/** What shallow neurons speak of, and what their loss costs. */
export interface ConceptFindings extends ConceptLosses {
  /** Tokens that count as concepts, and words that are none. */
  readonly concepts: number;
  readonly notTokens: readonly string[];
  readonly belowLayer: number;
  readonly lastAttention: number;
  /** Neurons of the layers below `belowLayer`, of which the first `layersSearched` have been looked at. */
  readonly searched: number;
  readonly layersSearched: number;
  /** First tokens that are looked at, and the concepts that as many random tokens hold on average. */
  readonly depth: number;
  readonly byChance: number;
  /** Neurons that say most concepts behind an attention layer, with their first concepts. */
  readonly examples: readonly {
    readonly at: NeuronId;
    readonly through: number;
    readonly concepts: number;
    readonly tokens: readonly string[];
  }[];
}

const set = v.object({
  reading: v.picklist(READINGS),
  atLeast: counted,
  neurons: counted,
  loss: estimate,
  nats: estimate,
  randomLoss: estimate,
  randomNats: estimate,
  isDisjoint: v.boolean(),
});

/** The thresholds of either reading, in one order: the table has a row for each. */
const hasBothReadings = (sets: readonly v.InferOutput<typeof set>[]) => {
  const [first, second] = READINGS.map((reading) =>
    sets.filter((each) => each.reading === reading).map(({ atLeast }) => atLeast),
  );
  return first!.join() === second!.join();
};

const found: v.GenericSchema<unknown, ConceptFindings> = v.object({
  tokens: counted,
  correct: counted,
  accuracy: estimatedShare,
  sets: v.pipe(listOf(set), v.check(hasBothReadings, "the same thresholds of both readings")),
  concepts: counted,
  notTokens: listOf(text),
  belowLayer: counted,
  lastAttention: counted,
  searched: counted,
  layersSearched: counted,
  depth: counted,
  byChance: measure,
  examples: listOf(v.object({ at: v.object(neuron), through: layerPlace, concepts: counted, tokens: listOf(text) })),
});

const words: Field<readonly string[]> = {
  schema: listOf(text, 'an array of texts as ["three", "3"]'),
  isOptional: false,
  spoken: "words",
  inputs: ["words"],
  about: "the concepts; each counts where it is one token",
  fit: (value) => value!,
};

/** Shallow neurons that speak of concepts, all of them off. */
export const concepts = experiment({
  kind: "concepts",
  fields: {
    suite,
    seed,
    variant,
    words,
    ablation,
    onlyCorrect,
    thresholds: counts({
      // the paper's (its “more than 0 to 3”), and some above for a model whose tokens are mostly numbers
      initial: [1, 2, 3, 4, 10, 20, 30, 40],
      most: ({ vocabulary }) => Math.min(INDEX_DEPTH, vocabulary),
      about: "M: a neuron belongs to a set from so many concepts among its first tokens on",
      unit: "concepts",
    }),
    draws,
    belowLayer: limited({
      least: 1,
      most: ({ layers }) => layers,
      otherwise: ({ layers }) => Math.ceil(layers / 2),
      about: "FFN layers below this one are searched; left out: the first half",
      unit: "layer",
    }),
    lastAttention: limited({
      otherwise: ({ layers }, earlier) => Math.min(earlier["belowLayer"] as number, layers - 1),
      about: "the last attention layer that a value vector is taken through; left out: `belowLayer`",
      unit: "layer",
    }),
  },
  found,
  claims: ({ accuracy, sets }) => [
    { name: "accuracy", value: accuracy.value },
    ...sets.map(({ reading, atLeast, loss }) => ({ name: `${reading} ${atLeast}`, value: loss.value })),
  ],
});
