import { figures, nats } from "#charts/number-format.ts";
import { formatNeuron } from "#model/ids.ts";
import type { NeuronComparison } from "#state/run/results.ts";
import { tokenText } from "../shared/words/token-text.ts";

const QUOTED = 3;

/** What the comparison shows in this case, with its numbers. */
export function comparisonSentence({ rows }: NeuronComparison, target: string): string {
  const [first] = rows;
  if (!first || first.change <= 0) return `No neuron loses anything of what it gives to ${target}.`;
  const promoted = first.promotes.slice(0, QUOTED).map(({ text }) => tokenText(text));
  const others = rows.filter((row) =>
    row.promotes.slice(0, QUOTED).some(({ text }) => tokenText(text) === target),
  ).length;
  return (
    `${formatNeuron(first)} loses most: its increase for ${target} goes from ${nats(first.before)} to ${nats(first.after)} nats, ` +
    `its activation from ${figures(first.activationBefore)} to ${figures(first.activationAfter)}; it promotes ${promoted.join(", ")}. ` +
    `${others} of the ${rows.length} have ${target} among their first ${QUOTED} tokens.`
  );
}
