import { nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import { NEGLIGIBLE_NATS, rankedHeads } from "#state/effects.ts";
import type { RankedHead } from "#state/effects.ts";
import type { Slot } from "#state/run/results.ts";

/** What the heatmap shows in this case, with its numbers. */
export function sweepSentence(
  effects: readonly (readonly number[])[],
  target: string,
  status: Slot<unknown>["status"],
): string {
  const [first, second] = rankedHeads(effects);
  if (!first) return "No row is known yet.";
  const isWhole = effects.every((row) => !row.some(Number.isNaN));
  const scope = isWhole ? "" : status === "computing" ? "So far: " : "Of the rows that are known: ";
  const sentence = `${effectSentence(first, target)} ${restSentence(second)}`;
  return Math.abs(first.effect) < NEGLIGIBLE_NATS
    ? `${scope === "" ? "No" : `${scope}no`} head matters here: the largest change is ${nats(Math.abs(first.effect))} nats, by ${formatHead(first.at)}.`
    : scope + sentence;
}

function effectSentence({ at, effect }: RankedHead, target: string): string {
  const verb = effect > 0 ? "lowers" : "raises";
  return `Switching ${formatHead(at)} off ${verb} log p(${target}) by ${nats(Math.abs(effect))};`;
}

function restSentence(second: RankedHead | undefined): string {
  if (!second) return "it is the only head.";
  return `no other head moves it by more than ${nats(Math.abs(second.effect))} (${formatHead(second.at)}).`;
}
