import { effectOf } from "#analysis/ablation/effect.ts";
import { likelier } from "#charts/factor.ts";
import { LEAST_PERCENT, figures, nats, percent } from "#charts/number-format.ts";
import { topIndices } from "#core/numeric/top.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import { NEGLIGIBLE_NATS } from "#state/effects.ts";
import type { HeadInspection, NeuronInspection } from "#state/run/results.ts";
import { tokenText } from "../shared/words/token-text.ts";

/** Where the last position of a head looks, and what the head then says. */
export function attentionSentence(head: HeadInspection, texts: readonly string[]): string {
  const last = head.pattern.at(-1) ?? [];
  const [most, next] = topIndices(last, 2);
  if (most === undefined) return "";
  const isRead = next !== undefined && (last[next] ?? 0) >= LEAST_PERCENT;
  const read = [most, ...(isRead ? [next] : [])].map(
    (key) => `${texts[key] ?? `position ${key}`} (${percent(last[key] ?? 0)})`,
  );
  const promoted = head.promotes.slice(0, 3).map(({ text }) => tokenText(text));
  return `From the last token ${formatHead(head.at)} reads ${read.join(" and ")}; what it writes points towards ${promoted.join(", ")}.`;
}

/** The tokens that a neuron pushes up and down at the last token, under what the lists are called: a negative activation turns them round. */
export function neuronLists({ activations, promotes, suppresses }: NeuronInspection, isPlain = false) {
  return activationNow(activations) < 0
    ? ({
        up: {
          title: isPlain
            ? "Promotes here the opposite of its own words: its activation is below zero"
            : "Promotes here, its value vector turned round",
          tokens: suppresses,
        },
        down: { title: "and suppresses", tokens: promotes },
      } as const)
    : ({
        up: { title: "Value vector promotes", tokens: promotes },
        down: { title: "and suppresses", tokens: suppresses },
      } as const);
}

/** A neuron's activation at the last token. */
export const activationNow = (activations: readonly number[]) => activations.at(-1) ?? 0;

/** What a neuron does in this run. */
export function neuronSentence(neuron: NeuronInspection, isPlain = false): string {
  const { up } = neuronLists(neuron);
  const pushed = up.tokens.slice(0, 3).map(({ text }) => tokenText(text));
  const effect = effectOf(neuron);
  if (isPlain) {
    const without = `without it the answer is ${likelier(0 - effect)}`;
    return `At the last token ${formatNeuron(neuron.at)} pushes ${pushed.join(", ")} up; ${without}.`;
  }
  const loss =
    Math.abs(effect) < NEGLIGIBLE_NATS
      ? `switching it off changes log p(target) by no more than ${nats(Math.abs(effect))}`
      : `switching it off ${effect > 0 ? "lowers" : "raises"} log p(target) by ${nats(Math.abs(effect))}`;
  return `At the last token ${formatNeuron(neuron.at)} stands at ${figures(activationNow(neuron.activations))} and so pushes ${pushed.join(", ")} up; ${loss}.`;
}
