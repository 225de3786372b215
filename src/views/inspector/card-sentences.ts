import { effectOf } from "#analysis/effect.ts";
import { figures, nats, percent } from "#charts/number-format.ts";
import { topIndices } from "#core/top.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import { NEGLIGIBLE_NATS } from "#state/effects.ts";
import type { HeadInspection, NeuronInspection } from "#state/run/results.ts";
import { tokenText } from "../shared/token-text.ts";

/** Where the last position of a head looks, and what the head then says. */
export function attentionSentence(head: HeadInspection, texts: readonly string[]): string {
  const last = head.pattern.at(-1) ?? [];
  const [most, next] = topIndices(last, 2);
  if (most === undefined) return "";
  const read = [most, ...(next === undefined ? [] : [next])].map(
    (key) => `${texts[key] ?? `position ${key}`} (${percent(last[key] ?? 0)})`,
  );
  const promoted = head.promotes.slice(0, 3).map(({ text }) => tokenText(text));
  return `From the last token ${formatHead(head.at)} reads ${read.join(" and ")}; what it writes points towards ${promoted.join(", ")}.`;
}

/** What a neuron does in this run. */
export function neuronSentence({
  at,
  activations,
  promotes,
  suppresses,
  baseline,
  withoutIt,
}: NeuronInspection): string {
  const activation = activations.at(-1) ?? 0;
  const pushed = (activation < 0 ? suppresses : promotes).slice(0, 3).map(({ text }) => tokenText(text));
  const effect = effectOf({ baseline, withoutIt });
  const loss =
    Math.abs(effect) < NEGLIGIBLE_NATS
      ? `switching it off changes log p(target) by no more than ${nats(Math.abs(effect))}`
      : `switching it off ${effect > 0 ? "lowers" : "raises"} log p(target) by ${nats(Math.abs(effect))}`;
  return `At the last token ${formatNeuron(at)} stands at ${figures(activation)} and so pushes ${pushed.join(", ")} up; ${loss}.`;
}
