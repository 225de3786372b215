import { predictingEvidence } from "#analysis/chain/chain.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import { nats, percent } from "#charts/number-format.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import { NEGLIGIBLE_NATS } from "#state/effects.ts";
import type { Outcomes } from "#state/guide/opening-steps.ts";
import type { Prediction } from "#state/run/results.ts";
import { tokenText } from "../shared/words/token-text.ts";

/** What the page says of one of its models where it is met first; data beside the findings. */
export interface OpeningText {
  readonly prompt: string;
  /** The prompt as a person would write it. */
  readonly reads: string;
  readonly about: string;
  /** A finding of this page that has all that the last step leads to. */
  readonly whole?: { readonly reads: string; readonly link: string };
}

/** The text about a model and a prompt that nobody wrote one for. */
export const ABOUT_ANY =
  "It runs in this browser, whole: every number is computed on your machine, and whatever is switched off comes back with a click.";

/** Share of the answer’s probability that has to be left, for the answer to count as kept. */
const KEPT_SHARE = 0.5;

const answerOf = ({ top }: Prediction) => `“${tokenText(top[0]?.text ?? "")}” (${percent(top[0]?.probability ?? 0)})`;
const keeps = ({ before, after }: { readonly before: Prediction; readonly after: Prediction }) =>
  after.top[0]?.id === before.top[0]?.id;

/** `Without L0H7 it says “4” (75.0 %); it was “8” (94.2 %).` */
export function offSentence({ head, before, after, isCostliest }: NonNullable<Outcomes["off"]>): string {
  const name = formatHead(head);
  if (!keeps({ before, after })) return `Without ${name} it says ${answerOf(after)}; it was ${answerOf(before)}.`;
  const { probability: was = 0 } = before.top[0] ?? {};
  const { probability: is = 0 } = after.top[0] ?? {};
  // beside more than one half no other token is likelier
  const verdict = isCostliest && is > 0.5 ? " No head alone breaks this answer." : "";
  return `Without ${name} it still says ${answerOf(after)}; it was ${percent(was)}.${verdict}`;
}

/** `L4N425 wrote 8, huit, VIII and gave “8” 0.68 nats; now it gives −0.01.` */
export function silentSentence(first: NonNullable<Outcomes["silent"]>, target: string): string {
  const words = first.promotes.slice(0, 3).map(({ text }) => tokenText(text));
  const name = formatNeuron(first);
  return `${name} wrote ${words.join(", ")} and gave “${target}” ${nats(first.before)} nats; now it gives ${nats(first.after)}.`;
}

type Reason = NonNullable<Outcomes["reason"]>;

/** Whether the answer needs what the head says of this prompt, and not only that it speaks. */
const survivesMean = (reason: Reason) =>
  !keeps(reason) || reason.after.target.probability / reason.before.target.probability <= KEPT_SHARE;

/** What the same head costs by the mean, and which one costs most by it. */
export function reasonSentence(reason: Reason, head: string): string {
  const { prompts, after, most, mostByZero } = reason;
  const stood = `With its mean over ${prompts} other prompts instead, the model says ${answerOf(after)}.`;
  if (survivesMean(reason)) return `${stood} So what ${head} says depends on the prompt: the finding stands.`;
  const byZero = mostByZero === undefined ? "" : ` (by zero ${nats(mostByZero)})`;
  const other =
    most && most.effect >= NEGLIGIBLE_NATS
      ? ` By the mean ${formatHead(most.at)} costs most: ${nats(most.effect)} nats${byZero}.`
      : "";
  return `${stood} ${head} says the same each time: it does not carry the numbers.${other}`;
}

/** Why there is no mean to take. */
export const noMeanSentence = (standIns: number) =>
  `This model’s tokenizer cuts ${standIns === 0 ? "no other numbers" : "too few other numbers"} into as many tokens: there is no mean to take.`;

/** By which ablation the chain is drawn, how much of it has evidence, and whether its head survived the other ablation. */
export function pathSentence(chain: Chain, reason: Reason | undefined): string {
  const predicting = predictingEvidence(chain);
  if (!predicting) return "By zero ablation there is no chain here; what is missing stands below.";
  const missing = chain.stages.filter(({ hasEvidence }) => !hasEvidence).length;
  const head = formatHead(predicting.head);
  const stages = missing === 0 ? "all of its stages have" : `${missing} of its ${chain.stages.length} stages have no`;
  const caveat =
    reason && !survivesMean(reason) ? ` ${head} did not survive the mean: it does not carry the numbers.` : "";
  return `Below is the chain of ${head}, by zero ablation; ${stages} evidence.${caveat}`;
}
