import { effectOf } from "#analysis/ablation/effect.ts";
import type { HeadId } from "#model/ids.ts";
import type { HeadSweep } from "#protocol/engine.ts";

/** Below this a change of log p is not worth a word: the q8 weights move it as much. */
export const NEGLIGIBLE_NATS = 0.05;

/**
 * What each head is worth to the target, [layer][head] in nats; see `effectOf`. NaN where it is not known yet.
 */
export const headEffects = ({ baseline, logProbability }: HeadSweep): number[][] =>
  logProbability.map((row) => row.map((withoutIt) => effectOf({ baseline, withoutIt })));

/** Whether every row of a sweep has arrived: only then is the largest effect the largest of all. */
export const isWhole = (sweep: HeadSweep) => !sweep.logProbability.flat().some(Number.isNaN);

export interface RankedHead {
  readonly at: HeadId;
  readonly effect: number;
}

/** The heads by size of effect, largest first; those without a number are left out. */
export function rankedHeads(effects: readonly (readonly number[])[]): RankedHead[] {
  return effects
    .flatMap((row, layer) => row.map((effect, head) => ({ at: { layer, head }, effect })))
    .filter(({ effect }) => !Number.isNaN(effect))
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}

/** The head whose loss costs the target most. */
export const mostImportantHead = (sweep: HeadSweep): RankedHead | undefined =>
  rankedHeads(headEffects(sweep)).reduce<RankedHead | undefined>(
    (best, head) => (head.effect > (best?.effect ?? 0) ? head : best),
    undefined,
  );
