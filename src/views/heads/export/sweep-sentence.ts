import { nats, percent } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import { NEGLIGIBLE_NATS, rankedHeads } from "#state/effects.ts";
import type { RankedHead } from "#state/effects.ts";
import type { Slot } from "#state/run/results.ts";

/**
 * What the heatmap shows in this case, with its numbers.
 *
 * @param baseline log p(target) as it is: given, all is said in probabilities
 */
export function sweepSentence(
  effects: readonly (readonly number[])[],
  target: string,
  status: Slot<unknown>["status"],
  baseline?: number,
): string {
  const [first, second] = rankedHeads(effects);
  if (!first) return "No row is known yet.";
  const known = effects.filter((row) => !row.some(Number.isNaN)).length;
  const largest =
    baseline === undefined
      ? `the largest change is ${nats(Math.abs(first.effect))} nats, by ${formatHead(first.at)}.`
      : `the largest change is by ${formatHead(first.at)}, ${course(first, baseline)}.`;
  // no verdict while a row is missing: the head that matters may be in it
  if (known < effects.length) {
    return `${status === "computing" ? "So far: " : ""}${known} of ${effects.length} rows are known; in them ${largest}`;
  }
  if (Math.abs(first.effect) < NEGLIGIBLE_NATS) return `No head matters here: ${largest}`;
  return `${effectSentence(first, target, baseline)} ${restSentence(second, baseline)}`;
}

/** Where the target’s probability goes without a head. */
const course = ({ effect }: RankedHead, baseline: number) =>
  `from ${percent(Math.exp(baseline))} to ${percent(Math.exp(baseline - effect))}`;

function effectSentence(head: RankedHead, target: string, baseline: number | undefined): string {
  const { at, effect } = head;
  if (baseline !== undefined) return `Switching ${formatHead(at)} off takes ${target} ${course(head, baseline)};`;
  const verb = effect > 0 ? "lowers" : "raises";
  return `Switching ${formatHead(at)} off ${verb} log p(${target}) by ${nats(Math.abs(effect))};`;
}

function restSentence(second: RankedHead | undefined, baseline: number | undefined): string {
  if (!second) return "it is the only head.";
  if (baseline !== undefined) return `the next, ${formatHead(second.at)}, ${course(second, baseline)}.`;
  return `no other head moves it by more than ${nats(Math.abs(second.effect))} (${formatHead(second.at)}).`;
}
