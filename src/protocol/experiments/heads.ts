import * as v from "valibot";
import { costliestFirst } from "#analysis/experiments/tables/head-table.ts";
import type { HeadTable } from "#analysis/experiments/tables/head-table.ts";
import { formatHead } from "#model/ids.ts";
import { experiment } from "./definition.ts";
import { ablation, onlyCorrect, per, seed, suite, variant } from "./fields.ts";
import { counted, estimate, estimatedShare, head, listOf, share, spread, text } from "./schema-parts.ts";

const effect = v.object({
  accuracy: share,
  drop: estimate,
  relative: estimate,
  change: estimate,
  selectivity: estimate,
  otherHeads: spread,
});

const row = v.object({ at: head, effects: listOf(effect), all: effect });

/** Whether rows fill a map of heads: every layer has as many, and each stands there once. */
const isGrid = (heads: readonly v.InferOutput<typeof row>[]) => {
  const layers = heads.reduce((most, { at }) => Math.max(most, at.layer + 1), 0);
  const width = heads.reduce((most, { at }) => Math.max(most, at.head + 1), 0);
  const places = new Set(heads.map(({ at }) => at.layer * width + at.head));
  return places.size === heads.length && layers * width === heads.length;
};

const found: v.GenericSchema<unknown, HeadTable> = v.pipe(
  v.object({
    groups: listOf(
      v.object({
        name: text,
        cases: counted,
        scored: counted,
        correct: counted,
        accuracy: estimatedShare,
        logProbability: estimate,
      }),
    ),
    all: v.object({ accuracy: estimatedShare, logProbability: estimate }),
    heads: v.pipe(listOf(row), v.check(isGrid, "each head of every layer once")),
  }),
  v.check(
    ({ groups, heads }) => heads.every(({ effects }) => effects.length === groups.length),
    "an effect for every group",
  ),
);

/** Heads that a link claims something of. */
const CLAIMED = 3;

/** Every head ablated, in every case. */
export const heads = experiment({
  kind: "heads",
  fields: { suite, seed, variant, per, ablation, onlyCorrect },
  found,
  claims: ({ all, heads: rows }) => [
    { name: "accuracy", value: all.accuracy.value },
    ...costliestFirst(rows)
      .slice(0, CLAIMED)
      .map((each) => ({ name: formatHead(each.at), value: each.all.drop.value })),
  ],
});
