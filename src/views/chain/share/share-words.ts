import shares from "./stage-shares.json" with { type: "json" };

/** Shares of a suite's problems in which each stage has evidence, in %, in the order of the chain: by zero, by the mean. */
export interface StageShares {
  readonly made_by: string;
  readonly families: readonly FamilyShares<number>[];
  /** The same of the model’s own weights in another order: what chance gives. A range where shuffles differ. */
  readonly shuffled: FamilyShares<string>;
}

export interface FamilyShares<Share> {
  readonly name: string;
  readonly cases: number;
  readonly zero: readonly Share[];
  readonly mean: readonly Share[];
  /** All four stages: by zero, by the mean, under both. */
  readonly four: readonly Share[];
}

/** By the model’s id, of those that come with the page and were measured. */
export const STAGE_SHARES: Readonly<Record<string, StageShares | undefined>> = shares;

/** `How often? Of 235 problems, all four stages have evidence under both ablations in 0, no more often than in the model’s own weights shuffled.` */
export function fourSentence({ families, shuffled }: StageShares): string {
  const all = families.reduce((sum, { cases }) => sum + cases, 0);
  const found = families.reduce((sum, { cases, four }) => sum + Math.round((four[2]! / 100) * cases), 0);
  const byChance = Number(shuffled.four[2]!.split("–").at(-1));
  const isNoMore = (100 * found) / all <= byChance;
  const beside = isNoMore ? ", no more often than in the model’s own weights shuffled" : "";
  return `How often? Of ${all} problems, all four stages have evidence under both ablations in ${found}${beside}.`;
}
