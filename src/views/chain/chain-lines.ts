import type { Chain } from "#analysis/chain/chain.ts";
import { isStale } from "#state/run/results.ts";
import type { Slots } from "#state/run/results.ts";
import { changedChain } from "./shown-chains.ts";
import { changeSentence, controlSentence } from "./words/chain-sentences.ts";

/** Where a record of others is from, below its drawing. */
export const publishedLine = ({ provenance }: Chain): string =>
  `Published values: ${provenance.kind === "published" ? `${provenance.model}; ${provenance.source}` : ""}.`;

/**
 * What is said below the model's own chain: what has changed with what is ablated, and its control.
 *
 * @param isChanged something is ablated on the page
 * @param isPlain without the researcher’s numbers
 */
export function chainLines(slots: Slots, isChanged: boolean, isPlain = false): string[] {
  const { chain, chainAblated, chainControl, predictionAblated: after } = slots;
  const clean = chain.value;
  if (!clean?.ablation || isStale(chain)) return [];
  const changed = isChanged ? changedChain(slots) : undefined;
  const isOfNow = !isStale(chainAblated) && !isStale(after);
  return [
    ...(changed && isOfNow ? [changeSentence(clean, changed, chainAblated.about?.interventions ?? [], isPlain)] : []),
    ...(chainControl.value && !isStale(chainControl)
      ? [controlSentence(clean.target.text, chainControl.value, isPlain)]
      : []),
  ];
}
