import type { Ablation } from "../ablation.ts";
import { costliestFirst, effectIn } from "./head-table.ts";
import type { HeadRow } from "./head-table.ts";
import { rankCorrelation } from "./rank-correlation.ts";

/** One suite's heads under one ablation. */
export interface AblatedTable {
  readonly ablation: Ablation;
  readonly heads: readonly HeadRow[];
}

/** How far two ablations agree about which heads matter. */
export interface AblationPair {
  readonly first: Ablation;
  readonly second: Ablation;
  /** Spearman's ρ over all heads of the accuracy that each costs, and of the mean log-probability. */
  readonly byDrop: number;
  readonly byNats: number;
  /** Of the first `TOP_HEADS` of either, how many are among those of the other. */
  readonly shared: number;
}

export interface AblationAgreement {
  readonly costliest: readonly { readonly ablation: Ablation; readonly heads: readonly HeadRow[] }[];
  readonly pairs: readonly AblationPair[];
}

/** Heads that cost as many answers in the order of the log-probability that they cost. */
const costliestByNats = (heads: readonly HeadRow[], group: number | undefined) =>
  costliestFirst(
    [...heads].sort((a, b) => effectIn(b, group).change.value - effectIn(a, group).change.value),
    group,
  );

/** Heads of each ablation that are compared by name. */
export const TOP_HEADS = 5;

/**
 * Whether the conclusion depends on what a head is replaced by: the costliest heads under each ablation, and for each two of these
 * how alike they order all heads.
 *
 * @param tables of the same heads and cases
 * @param group left out: over all groups
 */
export function ablationAgreement(tables: readonly AblatedTable[], group?: number): AblationAgreement {
  const known = tables.map(({ ablation, heads }) => ({
    ablation,
    drops: heads.map((row) => effectIn(row, group).drop.value),
    nats: heads.map((row) => effectIn(row, group).change.value),
    top: costliestByNats(heads, group).slice(0, TOP_HEADS),
  }));
  const nameOf = ({ at }: HeadRow) => `${at.layer} ${at.head}`;
  return {
    costliest: known.map(({ ablation, top }) => ({ ablation, heads: top })),
    pairs: known.flatMap((first, index) =>
      known.slice(index + 1).map((second) => {
        const names = new Set(first.top.map(nameOf));
        return {
          first: first.ablation,
          second: second.ablation,
          byDrop: rankCorrelation(first.drops, second.drops),
          byNats: rankCorrelation(first.nats, second.nats),
          shared: second.top.filter((row) => names.has(nameOf(row))).length,
        };
      }),
    ),
  };
}
