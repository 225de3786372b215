import { costliestFirst, effectIn } from "#analysis/experiments/head-table.ts";
import { nats, percent, signedNats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { ablationSentence } from "./ablation-texts.ts";
import { estimateText } from "./EstimateValue.tsx";
import { layersText } from "../header/layers-text.ts";
import { groupName } from "./published.ts";

type ResultOf<Kind extends ExperimentResult["kind"]> = Extract<ExperimentResult, { readonly kind: Kind }>;

/** What the head table shows, with its numbers: over all groups, or in one. */
export function headsSentence(result: ResultOf<"heads">, group: number | undefined): string {
  const { found, request } = result;
  const [first] = costliestFirst(found.heads, group);
  if (!first) return "Nothing has been run yet.";
  const { drop, relative, change, otherHeads } = effectIn(first, group);
  const base = group === undefined ? found.all.accuracy.value : found.groups[group]!.accuracy.value;
  const per = request.per === "token" ? "answer tokens" : "answers";
  const where = group === undefined ? "over all groups" : `in ${groupName(found.groups[group]!.name)}`;
  const { interval } = estimateText(drop, "percent");
  return (
    `${formatHead(first.at)} costs most ${where}: ${percent(drop.value)} of the ${per}${interval} in absolute terms, from ${percent(base)} to ${percent(base - drop.value)}` +
    ` (relative ${percent(relative.value)}), and ${signedNats(change.value)} nats on average; another head of its layer costs ${percent(otherHeads.mean)} ± ${percent(otherHeads.spread)}. ${ablationSentence(result)}`
  );
}

export function neuronsSentence(result: ResultOf<"neurons">): string {
  const { found, request } = result;
  const row = found.rows.find(({ count }) => count === 10) ?? found.rows[0];
  if (!row) return "No answer token is taken into account.";
  return (
    `Switching off the ${row.count} neurons that lose most to ${formatHead(request.head)} costs ${percent(row.mask.value)} of the right answer tokens (relative), ` +
    `random ones of the same layers ${percent(row.randomMask.value)}; keeping only these costs ${percent(row.keep.value)}, random ones ${percent(row.randomKeep.value)}. n = ${found.tokens} tokens, ${found.correct} right as the model is. ${ablationSentence(result)}`
  );
}

/** The paper's number of neurons, where it was measured. */
const PUBLISHED_COUNT = 18;

export function biasSentence(result: ResultOf<"bias">): string {
  const { found, request } = result;
  const row = found.rows.find(({ count }) => count === PUBLISHED_COUNT) ?? found.rows.at(-1);
  if (!row || Number.isNaN(found.bias.value)) return "Nothing has been run yet.";
  const { interval } = estimateText(found.bias, "nats");
  const bias = `The gap is ${nats(found.bias.value)} nats${interval} over ${found.pairs} pairs`;
  if (!(found.bias.low > 0) && !Number.isNaN(found.bias.low)) {
    return `${bias}; the interval is not above 0, so that this model shows no such bias in these words and there is nothing to take away.`;
  }
  const dearest = [...row.costs].sort((a, b) => b.cost.lost.value - a.cost.lost.value)[0];
  const cost =
    dearest && dearest.cost.lost.value > 0
      ? `; it costs ${groupName(dearest.group)} ${percent(dearest.cost.lost.value)} in absolute terms, from ${percent(dearest.cost.accuracy.value + dearest.cost.lost.value)} to ${percent(dearest.cost.accuracy.value)}`
      : "; nothing that should not change lost accuracy";
  return (
    `${bias}; multiplying ${row.count} neurons by ${request.scale} leaves ${nats(row.bias.value)} (${percent(row.reduction.value)} taken away), ` +
    `random ones of the same layers ${nats(row.random.mean)}${cost}. ${ablationSentence(result)}`
  );
}

/** What is given up for the smallest set that is named, as a share of the answers. */
const GIVEN_UP = 0.05;

export function pruningSentence(result: ResultOf<"pruning">): string {
  const { found, request } = result;
  const row = found.rows.find(({ all }) => all.lost.value <= GIVEN_UP) ?? found.rows.at(-1);
  if (!row || Number.isNaN(row.all.accuracy.value)) return "Nothing has been run yet.";
  const per = request.per === "token" ? "answer tokens" : "answers";
  const dearest = [...row.costs].sort((a, b) => b.cost.lost.value - a.cost.lost.value)[0];
  const cost = dearest
    ? `; ${groupName(dearest.group)} ${dearest.cost.lost.value > 0 ? "fall to" : "stay at"} ${percent(dearest.cost.accuracy.value)}`
    : "";
  return (
    `Keeping the first ${row.count} deep neurons of each answer token, ${row.neurons} of ${found.deep} (${percent(row.share)}), leaves ${percent(row.all.accuracy.value)} of the ${per} right, ` +
    `from ${percent(found.all.value)}; as many random ones leave ${percent(row.random.mean)} ± ${percent(row.random.spread)}, none at all ${percent(found.rows[0]?.count === 0 ? found.rows[0].all.accuracy.value : Number.NaN)}${cost}. ${ablationSentence(result)}`
  );
}

export function adaptersSentence({ found, request }: ResultOf<"adapters">): string {
  const best = [...found.adapters].sort((a, b) => b.all.accuracy.value - a.all.accuracy.value)[0];
  if (!best || Number.isNaN(best.all.accuracy.value)) return "No adapter has been run yet.";
  const per = request.per === "token" ? "answer tokens" : "answers";
  const { interval } = estimateText(best.all.gain, "percent");
  const better = found.adapters.filter(({ all }) => all.gain.low > 0).length;
  const isKnown = found.adapters.some(({ all }) => !Number.isNaN(all.gain.low));
  const row = best.growth[0];
  const growth = row
    ? `; with it the base’s first ${row.count} neurons grow by ${percent(row.growth.value)}, random ones of the same layers by ${percent(row.random.value)}`
    : "";
  return (
    `The base has ${percent(found.base.all.value)} of the ${per} right${isKnown ? `; ${better} of ${found.adapters.length} adapters beat it by an interval above 0` : ""}. ` +
    `The best is ${best.name} (${layersText(best.layers)}) with ${percent(best.all.accuracy.value)}, a difference of ${percent(best.all.gain.value)}${interval}${growth}.`
  );
}
