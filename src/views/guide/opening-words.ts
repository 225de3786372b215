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
}

/** Of a model and a prompt that nobody wrote a text for. */
export const ABOUT_ANY =
  "It runs in this browser, whole: every number is computed on your machine, and whatever is switched off comes back with a click.";

/** Of the answer’s probability that is left, for it to count as kept. */
const KEPT_SHARE = 0.5;

const answerOf = ({ top }: Prediction) => `“${tokenText(top[0]?.text ?? "")}” (${percent(top[0]?.probability ?? 0)})`;
const keeps = ({ before, after }: { readonly before: Prediction; readonly after: Prediction }) =>
  after.top[0]?.id === before.top[0]?.id;

/** `Without L0H7 it says “4” (75.0 %); it was “8” (94.2 %).` */
export function offSentence({ head, before, after }: NonNullable<Outcomes["off"]>): string {
  const name = formatHead(head);
  return keeps({ before, after })
    ? `Without ${name} it still says ${answerOf(after)}; it was ${percent(before.top[0]?.probability ?? 0)}. No head alone breaks this answer.`
    : `Without ${name} it says ${answerOf(after)}; it was ${answerOf(before)}.`;
}

/** `L4N425 wrote 8, huit, VIII: +0.68 nats for 8. Now it gives +0.01.` */
export function silentSentence(first: NonNullable<Outcomes["silent"]>, target: string): string {
  const words = first.promotes.slice(0, 3).map(({ text }) => tokenText(text));
  const name = formatNeuron(first);
  return `${name} wrote ${words.join(", ")} and gave “${target}” ${nats(first.before)} nats; now it gives ${nats(first.after)}.`;
}

/** What survives the other ablation is the finding. */
export function reasonSentence(
  { prompts, before, after, most }: NonNullable<Outcomes["reason"]>,
  head: string,
): string {
  const share = after.target.probability / before.target.probability;
  const stood = `With its mean over ${prompts} other prompts instead, the model says ${answerOf(after)}.`;
  const isKept = keeps({ before, after }) && share > KEPT_SHARE;
  if (!isKept) return `${stood} So what ${head} says depends on the prompt: the finding stands.`;
  const survivor =
    most && most.effect >= NEGLIGIBLE_NATS
      ? ` What survives is ${formatHead(most.at)}: ${nats(most.effect)} nats.`
      : "";
  return `${stood} ${head} says the same each time: it does not carry the numbers.${survivor}`;
}
