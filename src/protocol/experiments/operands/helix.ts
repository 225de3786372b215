import * as v from "valibot";
import { FITS } from "#analysis/experiments/operands/helix.ts";
import type { FitName } from "#analysis/experiments/operands/helix.ts";
import type { PatchedLayers } from "#analysis/experiments/operands/helix-table.ts";
import { STANDINS } from "#analysis/experiments/operands/patched-operand.ts";
import { experiment } from "../definition.ts";
import { seed, suite, variant } from "../fields.ts";
import { counted, estimate, listOf, measure, named, text } from "../schema-parts.ts";

/** How well each form fits the residuals at the first operand as they enter a layer: R², over all numbers and dimensions. */
export type LayerFit = Readonly<Record<FitName, number>> & {
  /** Of each number by the helix of all others. */
  readonly leftOut: number;
  /** Of helices over shuffled numbers, mean over the orders. */
  readonly shuffled: number;
};

export interface HelixGroup extends PatchedLayers {
  readonly name: string;
  /** First operands that there is a residual of, and the ends of their range. */
  readonly numbers: number;
  readonly least: number;
  readonly most: number;
  /** Independent terms of each form beside the constant. */
  readonly sizes: Readonly<Record<FitName, number>>;
  /** [layer] */
  readonly fits: readonly LayerFit[];
}

export interface HelixFindings {
  readonly groups: readonly HelixGroup[];
  /** Groups with fewer numbers than a fit of this form can be held against. */
  readonly left: readonly string[];
}

const found: v.GenericSchema<unknown, HelixFindings> = v.object({
  groups: listOf(
    v.object({
      name: text,
      numbers: counted,
      least: measure,
      most: measure,
      sizes: named(FITS, counted),
      fits: listOf(named([...FITS, "leftOut", "shuffled"] as const, measure)),
      tested: counted,
      correct: counted,
      clean: v.object({ logit: estimate, nats: estimate }),
      layers: listOf(named(STANDINS, v.object({ logit: estimate, nats: estimate, kept: estimate }))),
    }),
  ),
  left: listOf(text),
});

/** Stand-ins that a link claims the strongest layer of. */
const CLAIMED = ["layer", "helix", "components", "shuffled"] as const;

/** Numbers as a helix in the residual at the first operand, and what of the answer hangs on it. */
export const helix = experiment({
  kind: "helix",
  fields: { suite, seed, variant },
  found,
  claims: ({ groups }) =>
    groups.flatMap(({ name, fits, layers }) => [
      ...fits.slice(1, 2).map((fit) => ({ name: `${name} R² L1`, value: fit.helix })),
      ...(layers.length > 0
        ? CLAIMED.map((standin) => ({
            name: `${name} ${standin}`,
            value: Math.max(...layers.map((each) => each[standin].logit.value)),
            unit: "logits" as const,
          }))
        : []),
    ]),
});
