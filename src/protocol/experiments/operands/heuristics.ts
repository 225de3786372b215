import * as v from "valibot";
import type { HeuristicAblationTable } from "#analysis/experiments/operands/heuristic-table.ts";
import { HEURISTIC_KINDS } from "#analysis/experiments/operands/heuristics.ts";
import type { SortedCount } from "#analysis/experiments/operands/sorted-layer.ts";
import type { NeuronId } from "#model/ids.ts";
import { experiment } from "../definition.ts";
import { counts, draws, limited, seed, suite, variant } from "../fields.ts";
import { counted, estimate, listOf, measure, named, neuron, share, text } from "../schema-parts.ts";

/** The neurons of one operation by their heuristics, and what it costs its problems to lose those that apply. */
export interface HeuristicGroup extends HeuristicAblationTable {
  readonly name: string;
  /** Pairs of the operand maps, and whether none of them is a problem that is tested. */
  readonly pairs: number;
  readonly isHeldOut: boolean;
  /** Rules that were tried on each neuron. */
  readonly heuristics: number;
  /** The neurons that support the answers most, the same with shuffled maps, and as many others. */
  readonly sorted: { readonly own: SortedCount; readonly shuffled: SortedCount; readonly others: SortedCount };
  /** Of those that support the answers most: the heuristic that fits each best; "" where none does. */
  readonly examples: readonly {
    readonly at: NeuronId;
    readonly support: number;
    readonly heuristic: string;
    readonly score: number;
    /** How many it implements. */
    readonly matches: number;
  }[];
}

export interface HeuristicFindings {
  readonly fromLayer: number;
  readonly groups: readonly HeuristicGroup[];
}

const sortedCount = v.object({ neurons: counted, matched: counted, kinds: named(HEURISTIC_KINDS, counted) });
const left = v.object({ accuracy: estimate, nats: estimate });

const found: v.GenericSchema<unknown, HeuristicFindings> = v.object({
  fromLayer: counted,
  groups: listOf(
    v.object({
      name: text,
      pairs: counted,
      isHeldOut: v.boolean(),
      heuristics: counted,
      sorted: v.object({ own: sortedCount, shuffled: sortedCount, others: sortedCount }),
      examples: listOf(
        v.object({ at: v.object(neuron), support: measure, heuristic: text, score: share, matches: counted }),
      ),
      tested: counted,
      correct: counted,
      rows: listOf(
        v.object({ count: counted, neurons: measure, own: left, others: left, random: left, difference: estimate }),
      ),
    }),
  ),
});

/** The paper's 200 of a layer's 14,336; of a small layer an eighth, so that most of it is left to compare with. */
const SORTED = 200;
const SORTED_SHARE = 1 / 8;

/** Neurons by the operands that they fire for, and problems without those that apply. */
export const heuristics = experiment({
  kind: "heuristics",
  fields: {
    suite,
    seed,
    variant,
    fromLayer: limited({
      otherwise: ({ layers }) => Math.ceil(layers / 2),
      about: "neurons of the layers from here on are sorted; left out: the second half",
      unit: "layer",
    }),
    sorted: limited({
      least: 1,
      most: ({ neurons }) => neurons,
      otherwise: ({ neurons }) => Math.max(1, Math.min(SORTED, Math.ceil(neurons * SORTED_SHARE))),
      about:
        "neurons of each layer that are sorted, those that support the answers most; left out: 200, at most an eighth",
      unit: "neurons",
    }),
    counts: counts({
      // a curve as the paper's, up to where every sorted neuron that applies is off
      initial: [1, 2, 5, 10, 20],
      most: ({ neurons }) => neurons,
      about: "k, how many neurons of each layer are off whose heuristics apply",
      unit: "neurons",
    }),
    draws,
  },
  found,
  claims: ({ groups }) =>
    groups.flatMap(({ name, sorted, rows }) => [
      ...(sorted.own.neurons > 0 ? [{ name: `${name} sorted`, value: sorted.own.matched / sorted.own.neurons }] : []),
      ...rows.slice(-1).flatMap(({ count, own, others }) => [
        { name: `${name} off ${count}`, value: own.accuracy.value },
        { name: `${name} others ${count}`, value: others.accuracy.value },
      ]),
    ]),
});
