import * as v from "valibot";
import type { PruningCurve } from "#analysis/experiments/tables/pruning-curve.ts";
import { experiment } from "./definition.ts";
import {
  ablation,
  controls,
  counts,
  draws,
  foundOn,
  limited,
  onlyCorrect,
  per,
  rankingHead,
  seed,
  suite,
  variant,
} from "./fields.ts";
import {
  cost,
  counted,
  estimatedShare,
  layer as layerPlace,
  listOf,
  measuredGroup,
  neuronPlace,
  share,
  spread,
  ablatedScore,
} from "./schema-parts.ts";

export interface PruningFindings extends PruningCurve {
  /** Answer tokens whose list of neurons is not proven to be the exact one, of all that neurons were found for. */
  readonly uncertified: number;
  readonly tokens: number;
}

const found: v.GenericSchema<unknown, PruningFindings> = v.pipe(
  v.object({
    fromLayer: counted,
    deep: counted,
    groups: listOf(measuredGroup),
    all: estimatedShare,
    known: v.object({ scored: counted, accuracy: estimatedShare }),
    controls: listOf(measuredGroup),
    rows: listOf(
      v.object({
        count: counted,
        kept: listOf(v.object({ layer: layerPlace, neurons: listOf(neuronPlace) })),
        neurons: counted,
        share,
        all: ablatedScore,
        groups: listOf(ablatedScore),
        known: ablatedScore,
        random: spread,
        costs: listOf(cost),
      }),
    ),
    uncertified: counted,
    tokens: counted,
  }),
  v.check(({ groups, rows }) => rows.every((row) => row.groups.length === groups.length), "a score for every group"),
);

/** The paper's share of layers that stay whole: 17 of 32. */
const SHALLOW_SHARE = 17 / 32;
/** A list as long as this is hardly a choice any more, and takes long to prove. */
const MAX_KEPT = 2_000;

/** Only the neurons that matter most to some answer token stay in the deep layers. */
export const pruning = experiment({
  kind: "pruning",
  fields: {
    suite,
    seed,
    variant,
    per,
    foundOn,
    head: rankingHead,
    ablation,
    onlyCorrect,
    controls: controls(["controls"]),
    draws,
    fromLayer: limited({
      otherwise: ({ layers }) => Math.floor(layers * SHALLOW_SHARE),
      about: "the first deep layer; left out: the same share of the layers as 17 of 32",
      unit: "layer",
    }),
    counts: counts({
      // none, and from one neuron of each answer token to what a small model's deep layers are full of
      initial: [0, 1, 2, 5, 10, 20, 50, 100],
      least: 0,
      most: ({ layers, neurons }, earlier) => Math.min(MAX_KEPT, (layers - (earlier["fromLayer"] as number)) * neurons),
      about: "N, how many neurons of each answer token are kept; 0 keeps none",
      unit: "neurons",
    }),
  },
  found,
  claims: ({ all, rows }) => [
    { name: "accuracy", value: all.value },
    ...rows.map((row) => ({ name: `keep ${row.count}`, value: row.all.accuracy.value })),
  ],
});
