import { predictingEvidence } from "#analysis/chain/chain.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import { likelier } from "#charts/factor.ts";
import { nats, percent } from "#charts/number-format.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import { NEGLIGIBLE_NATS } from "#state/effects.ts";
import type { Outcomes } from "#state/guide/opening-steps.ts";
import type { Prediction } from "#state/run/results.ts";
import { READ_OFF } from "../shared/words/read-off.ts";
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
export function ablatedSentence({ head, before, after, prompts, isCostliest }: NonNullable<Outcomes["off"]>): string {
  const name = formatHead(head);
  const without = prompts === 0 ? `Without ${name}` : `With ${name} as in ${prompts} other prompts, on average,`;
  if (!keeps({ before, after })) return `${without} it says ${answerOf(after)}; it was ${answerOf(before)}.`;
  const { probability: was = 0 } = before.top[0] ?? {};
  const { probability: is = 0 } = after.top[0] ?? {};
  // beside more than one half no other token is likelier
  const verdict = isCostliest && is > 0.5 ? " No head alone breaks this answer." : "";
  return `${without} it still says ${answerOf(after)}; it was ${percent(was)}.${verdict}`;
}

/** `L4N425 wrote 8, huit, VIII and gave “8” 0.68 nats; now it gives −0.01.` What loses more without having spoken for the answer comes after it. */
export function silentSentence(
  { most, spoke }: NonNullable<Outcomes["silent"]>,
  target: string,
  isPlain = false,
): string {
  if (most.change <= 0) return `No neuron loses anything of what it gives to “${target}”.`;
  if (isPlain) return plainSilence({ most, spoke }, target);
  const against = `${formatNeuron(most)} loses most by speaking against “${target}”: ${nats(most.before)} nats, now ${nats(most.after)}.`;
  if (!spoke) return `None of those that lose most spoke for the answer. ${against}`;
  const words = spoke.promotes.slice(0, 3).map(({ text }) => tokenText(text));
  const fell = `${formatNeuron(spoke)} wrote ${words.join(", ")} and gave “${target}” ${nats(spoke.before)} nats; now it gives ${nats(spoke.after)}.`;
  return spoke === most ? fell : `${fell} ${against}`;
}

/** `L4N425 wrote 8, huit, VIII and made “8” 1.97 times more likely, read off at its layer, …; now 1.01 times less likely.` */
function plainSilence({ most, spoke }: NonNullable<Outcomes["silent"]>, target: string): string {
  const against = (readOff: string) =>
    `${formatNeuron(most)} loses most by speaking against “${target}”: ${readOff}, it made it ${likelier(most.before)}, now ${likelier(most.after)}.`;
  if (!spoke) return `None of those that lose most spoke for the answer. ${against(READ_OFF)}`;
  const words = spoke.promotes.slice(0, 3).map(({ text }) => tokenText(text));
  const fell = `${formatNeuron(spoke)} wrote ${words.join(", ")} and made “${target}” ${likelier(spoke.before)}, ${READ_OFF}; now ${likelier(spoke.after)}.`;
  return spoke === most ? fell : `${fell} ${against("read off likewise")}`;
}

type Reason = NonNullable<Outcomes["reason"]>;

/** Whether the answer is gone, or most of its probability is. */
export const hasFallen = (run: { readonly before: Prediction; readonly after: Prediction }) =>
  !keeps(run) || run.after.target.probability / run.before.target.probability <= KEPT_SHARE;

const measureName = (isMean: boolean) => (isMean ? "the mean" : "zero");

/**
 * What the same head costs by the other ablation, and which one costs most by it.
 *
 * @param hadFallen whether the answer was gone by the first ablation
 */
export function reasonSentence(reason: Reason, head: string, hadFallen: boolean, isPlain = false): string {
  const { prompts, after, most, mostBefore } = reason;
  const isMean = prompts > 0;
  const instead = isMean ? `its mean over ${prompts} other prompts` : "zero";
  const stood = `With ${instead} instead, the model says ${answerOf(after)}.`;
  const loss = (effect: number) => (isPlain ? likelier(0 - effect) : nats(effect));
  const before = mostBefore === undefined ? "" : ` (by ${measureName(!isMean)} ${loss(mostBefore)})`;
  const costliest =
    most && most.effect >= NEGLIGIBLE_NATS && formatHead(most.at) !== head
      ? ` By ${measureName(isMean)} ${formatHead(most.at)} costs most: ${isPlain ? `the answer is ${loss(most.effect)}` : `${loss(most.effect)} nats`}${before}.`
      : "";
  return `${stood} ${verdictOn(reason, head, hadFallen)}${costliest}`;
}

function verdictOn(reason: Reason, head: string, hadFallen: boolean): string {
  const isMean = reason.prompts > 0;
  const falls = hasFallen(reason);
  if (!hadFallen)
    return falls
      ? `By ${measureName(!isMean)} the answer stayed: it matters what stands in for ${head}.`
      : `The answer stays by zero as by the mean: it does not hang on ${head} alone.`;
  if (falls)
    return isMean
      ? `So what ${head} says depends on the prompt: the finding stands.`
      : `The answer is gone by zero as by the mean: the finding stands.`;
  return isMean
    ? `${head} says the same each time: it does not carry the numbers.`
    : `What other numbers make ${head} say is worse than nothing: it matters what stands in.`;
}

/** Why there is no mean to take. */
export const noMeanSentence = (donorPrompts: number) =>
  `This model’s tokenizer cuts ${donorPrompts === 0 ? "no other numbers" : "too few other numbers"} into as many tokens: there is no mean to take.`;

/** Stages of the same prompt’s chain that have evidence by the other ablation, from the table of the worked examples. */
type OtherStages = readonly number[] | undefined;

/**
 * By which ablation the chain is drawn, how much of it has evidence, how much by the other ablation, and whether its head survived that.
 *
 * @param isMean whether the mean over other prompts stands in for what is ablated, and not zero
 */
export function pathSentence(chain: Chain, isMean: boolean, reason: Reason | undefined, others: OtherStages): string {
  const predicting = predictingEvidence(chain);
  const ablation = isMean ? "mean ablation" : "zero ablation";
  if (!predicting) return `By ${ablation} there is no chain here; what is missing stands below.`;
  const missing = chain.stages.filter(({ hasEvidence }) => !hasEvidence).length;
  const head = formatHead(predicting.head);
  const stages =
    missing === 0
      ? "all of its stages have"
      : `${missing} of its ${chain.stages.length} stages ${missing === 1 ? "has" : "have"} no`;
  const beside = others
    ? ` By ${measureName(!isMean)}, with the head that costs most then, ${shareText(others.length, chain.stages.length)}.`
    : "";
  const fallen = isMean ? "survive zero" : "survive the mean: it does not carry the numbers";
  const caveat = reason && !hasFallen(reason) ? ` ${head} did not ${fallen}.` : "";
  return `Below is the chain of ${head}, by ${ablation}; ${stages} evidence.${beside}${caveat}`;
}

function shareText(found: number, all: number): string {
  if (found === 0) return "none has";
  if (found === all) return "all have";
  return `${found} of ${all} ${found === 1 ? "has" : "have"}`;
}
