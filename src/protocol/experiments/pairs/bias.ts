import * as v from "valibot";
import type { BiasCurve } from "#analysis/experiments/tables/bias-curve.ts";
import type { PairNeuron } from "#analysis/experiments/pair-neurons.ts";
import { experiment } from "../definition.ts";
import { ablation, controls, counts, draws, pairs, scale, seed, variant } from "../fields.ts";
import { cost, counted, estimate, listOf, measure, measuredGroup, neuron, spread, text } from "../schema-parts.ts";

/** A neuron of the comparison across prompts; see `PairNeuron`. */
export interface BiasNeuron extends Omit<PairNeuron, "changes"> {
  /** Mean activation behind the prompts of either side. */
  readonly activations: readonly number[];
  /** The words that it separates most. */
  readonly words: readonly { readonly word: string; readonly change: number }[];
  /** What it promotes where it fires. */
  readonly tokens: readonly string[];
}

export interface BiasFindings extends BiasCurve {
  readonly neurons: readonly BiasNeuron[];
  readonly certified: boolean;
}

const found: v.GenericSchema<unknown, BiasFindings> = v.pipe(
  v.object({
    pairs: counted,
    sides: listOf(v.object({ name: text, words: counted, bias: estimate })),
    bias: estimate,
    unseen: estimate,
    controls: listOf(measuredGroup),
    rows: listOf(
      v.object({
        count: counted,
        bias: estimate,
        sides: listOf(estimate),
        reduction: estimate,
        unseen: estimate,
        random: spread,
        costs: listOf(cost),
      }),
    ),
    neurons: listOf(
      v.object({
        ...neuron,
        change: measure,
        own: measure,
        other: measure,
        activations: listOf(measure),
        words: listOf(v.object({ word: text, change: measure })),
        tokens: listOf(text),
      }),
    ),
    certified: v.boolean(),
  }),
  v.check(({ sides, rows }) => rows.every((row) => row.sides.length === sides.length), "a bias for every side"),
);

const MAX_SCALED = 1_000;

/** Of a suite of pairs, the neurons that serve one side more than the other, scaled: what is left of the gap, and what that costs elsewhere. */
export const bias = experiment({
  kind: "bias",
  fields: {
    suite: pairs,
    seed,
    variant,
    ablation,
    scale,
    controls: controls(["controls", "abacus-1d"]),
    counts: counts({
      // the paper's 18, and some around it
      initial: [1, 5, 10, 18, 30, 50, 100],
      least: 0,
      most: ({ layers, neurons }) => Math.min(MAX_SCALED, layers * neurons),
      about: "k, how many neurons are scaled; 0 changes nothing",
      unit: "neurons",
    }),
    draws,
  },
  found,
  claims: (curve) => [
    { name: "bias", value: curve.bias.value, unit: "nats" },
    ...curve.rows.map((row) => ({ name: `bias ${row.count}`, value: row.bias.value, unit: "nats" as const })),
  ],
});
