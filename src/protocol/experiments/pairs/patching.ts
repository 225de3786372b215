import * as v from "valibot";
import type { PatchGroup } from "#analysis/experiments/tables/patch-table.ts";
import { experiment } from "../definition.ts";
import { contrasts, direction, seed, site, variant } from "../fields.ts";
import { counted, estimate, listOf, measure, text } from "../schema-parts.ts";

export interface PatchingFindings {
  readonly groups: readonly PatchGroup[];
  /** Pairs whose prompts have different numbers of tokens, and pairs of one prompt. */
  readonly left: number;
}

const cell = v.object({ value: estimate, moved: estimate, other: measure, shuffled: measure });

const found: v.GenericSchema<unknown, PatchingFindings> = v.object({
  groups: listOf(
    v.pipe(
      v.object({
        name: text,
        pairs: counted,
        clean: estimate,
        corrupted: estimate,
        rows: v.pipe(listOf(listOf(cell)), v.minLength(1, "a layer at least")),
      }),
      v.check(({ rows }) => rows.every(({ length }) => length === rows[0]!.length), "layers of one width"),
    ),
  ),
  left: counted,
});

/** Cells of each group that a link claims. */
const CLAIMED = 2;

/** Patches between the prompts of many pairs, with what another pair's prompt does in the place of the donor. */
export const patching = experiment({
  kind: "patching",
  fields: { suite: contrasts, seed, variant, site, direction },
  found,
  claims: ({ groups }) =>
    groups.flatMap(({ name, clean, corrupted, rows }) => {
      const cells = rows.flatMap((row, layer) =>
        row.map((cell, col) => ({ ...cell, name: `${name} L${layer} ${col}` })),
      );
      // one answer has no difference of logits, and nothing lies between the prompts to measure by
      const unit = cells.some(({ value }) => !Number.isNaN(value.value)) ? ("logits" as const) : ("nats" as const);
      return [
        { name: `${name} clean`, value: clean.value, unit },
        { name: `${name} corrupted`, value: corrupted.value, unit },
        ...cells
          .map((cell) => ({ name: cell.name, value: cell.moved.value, unit }))
          .filter(({ value }) => !Number.isNaN(value))
          .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
          .slice(0, CLAIMED),
      ];
    }),
});
