import { likelier } from "#charts/factor.ts";
import { nats, percent, percents } from "#charts/number-format.ts";
import type { Chain, ChainNode } from "#analysis/chain/chain.ts";
import type { Intervention } from "#model/interventions.ts";
import { NEGLIGIBLE_NATS } from "#state/effects.ts";
import type { NeuronGroup } from "#state/run/results.ts";
import { interventionsText } from "../../shared/words/part-name.ts";
import { READ_OFF } from "../../shared/words/read-off.ts";
import { tokenText } from "../../shared/words/token-text.ts";
import { nodeTitle } from "./chain-words.ts";

/** How the rest of the chain answers to what is ablated: the prediction, and the part that moves most. */
export function changeSentence(
  clean: Chain,
  now: Chain,
  interventions: readonly Intervention[],
  isPlain = false,
): string {
  const target = tokenText(clean.target.text);
  if (isPlain) return plainChange(clean, now, interventions);
  const change = now.baseline - clean.baseline;
  const prediction =
    `With ${interventionsText(interventions)} log p(${target}) goes from ${nats(clean.baseline)} to ${nats(now.baseline)}` +
    ` (${Math.abs(change) < NEGLIGIBLE_NATS ? "hardly a change" : `${change < 0 ? "down" : "up"} ${nats(Math.abs(change))}`}),` +
    ` p from ${percent(Math.exp(clean.baseline))} to ${percent(Math.exp(now.baseline))}.`;
  const moved = mostMoved(clean, now);
  if (!moved) return prediction;
  const { node, before, after } = moved;
  const course =
    Math.abs(after - before) < NEGLIGIBLE_NATS
      ? `No other part’s increase moves by more than ${nats(Math.abs(after - before))}`
      : `Of the other parts ${nodeTitle(node)} answers most: its increase goes from ${nats(before)} to ${nats(after)}`;
  return `${prediction} ${course}.`;
}

/** The same in probabilities. */
function plainChange(clean: Chain, now: Chain, interventions: readonly Intervention[]): string {
  const [from, to] = percents(Math.exp(clean.baseline), Math.exp(now.baseline));
  const prediction = `With ${interventionsText(interventions)} p(${tokenText(clean.target.text)}) goes from ${from} to ${to}.`;
  const moved = mostMoved(clean, now);
  if (!moved) return prediction;
  const { node, before, after } = moved;
  return Math.abs(after - before) < NEGLIGIBLE_NATS
    ? `${prediction} No other part changes what it makes of the answer, read off at its layer.`
    : `${prediction} Of the other parts ${nodeTitle(node)} answers most: ${READ_OFF}, it made the answer ${likelier(before)}, and now ${likelier(after)}.`;
}

/** The node that moves most, of those that write at the last position and are not off themselves. */
function mostMoved(clean: Chain, now: Chain) {
  const changes = now.nodes.flatMap((node) => {
    const before = clean.nodes.find(({ id }) => id === node.id)?.contribution;
    const after = node.contribution;
    if (before === undefined || after === undefined || isSilent(node)) return [];
    return [{ node, before, after, size: Math.abs(after - before) }];
  });
  return changes.sort((a, b) => b.size - a.size)[0];
}

/** A part at 0 writes nothing at all. */
const isSilent = ({ contribution, activation }: ChainNode) => contribution === 0 || activation === 0;

/** Whether it is these neurons that matter, or any of their layers. */
export function controlSentence(target: string, found: NeuronGroup, isPlain = false): string {
  const { neurons, baseline, withoutGroup, withoutRandom, randomMean, randomSpread } = found;
  if (isPlain) {
    const [from, to, random] = [baseline, withoutGroup, randomMean].map((each) => percent(Math.exp(each)));
    return (
      `Control: with all ${neurons} deep neurons off p(${tokenText(target)}) goes from ${from} to ${to}; ` +
      `with as many random neurons of the same layers it is on geometric average ${random} (${withoutRandom.length} draws).`
    );
  }
  return (
    `Control: with all ${neurons} deep neurons off log p(${tokenText(target)}) goes from ${nats(baseline)} to ${nats(withoutGroup)}; ` +
    `with as many random neurons of the same layers it is ${nats(randomMean)} ± ${nats(randomSpread)} (${withoutRandom.length} draws).`
  );
}
