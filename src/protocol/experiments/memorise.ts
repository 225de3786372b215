import * as v from "valibot";
import type { MemoriseRow } from "#analysis/experiments/tables/memorise-table.ts";
import { experiment } from "./definition.ts";
import { ablation, headsByGroup, onlyCorrect, seed, suite, variant } from "./fields.ts";
import { counted, estimate, head, listOf, text } from "./schema-parts.ts";

const found: v.GenericSchema<unknown, readonly MemoriseRow[]> = listOf(
  v.object({
    group: text,
    head,
    losses: listOf(
      v.object({
        label: v.picklist(["memorise", "change-one"]),
        tokens: counted,
        correct: counted,
        correctAfter: counted,
        relative: estimate,
      }),
    ),
    unlabelled: counted,
  }),
);

/** Digits that are looked up against those that another column changes; the same runs as those of `heads`. */
export const memorise = experiment({
  kind: "memorise",
  fields: { suite, seed, variant, heads: headsByGroup, ablation, onlyCorrect },
  found,
  claims: (rows) =>
    rows.flatMap(({ group, losses }) =>
      losses.map(({ label, relative }) => ({ name: `${group} ${label}`, value: relative.value })),
    ),
});
