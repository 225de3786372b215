import { nats, percent, percents } from "#charts/number-format.ts";
import type { Intervention } from "#model/interventions.ts";
import { NEGLIGIBLE_NATS } from "#state/effects.ts";
import type { Prediction } from "#state/run/results.ts";
import { changesText } from "../shared/words/part-name.ts";
import { tokenText } from "../shared/words/token-text.ts";

/** What the prediction panel shows in this case, with its numbers; plain ones are probabilities alone. */
export function predictionSentence(
  before: Prediction,
  after: Prediction | undefined,
  interventions: readonly Intervention[],
  isPlain = false,
): string {
  const { target } = before;
  const name = tokenText(target.text);
  if (!after || interventions.length === 0) return cleanSentence(before);
  const change = after.target.logProbability - target.logProbability;
  const changes = changesText(interventions);
  const [from, to] = percents(target.probability, after.target.probability);
  if (Math.abs(change) < NEGLIGIBLE_NATS) {
    const course = from === to ? `stays at ${to}` : `goes from ${from} to ${to}`;
    return `With ${changes}, p(${name}) ${course}${isPlain ? "" : `: log p moves by ${nats(change)} nats`}.`;
  }
  const verb = change < 0 ? "falls" : "rises";
  const inNats = isPlain ? "" : `, log p by ${nats(Math.abs(change))} nats`;
  const fall = `With ${changes}, p(${name}) ${verb} from ${from} to ${to}${inNats}`;
  const answer = after.top[0];
  return answer && answer.id !== before.top[0]?.id
    ? `${fall}; the answer is now “${tokenText(answer.text)}”.`
    : `${fall}.`;
}

function cleanSentence({ top, target }: Prediction): string {
  const [first, second] = top;
  if (!first) return "";
  const rest = second ? `; next comes “${tokenText(second.text)}” with ${percent(second.probability)}` : "";
  const answer = `The model answers “${tokenText(first.text)}” with ${percent(first.probability)}${rest}.`;
  return target.id === first.id
    ? answer
    : `${answer} The target “${tokenText(target.text)}” ranks number ${target.rank + 1} with ${percent(target.probability)}.`;
}
