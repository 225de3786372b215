import { likelier } from "#charts/factor.ts";
import { figures, nats } from "#charts/number-format.ts";
import { formatNeuron } from "#model/ids.ts";
import type { NeuronComparison, Token, TopNeurons } from "#state/run/results.ts";
import { READ_OFF } from "../shared/words/read-off.ts";
import { tokenText } from "../shared/words/token-text.ts";

const QUOTED = 3;

/** What the comparison shows in this case, with its numbers. */
export function comparisonSentence({ rows }: NeuronComparison, target: string, isPlain = false): string {
  const [first] = rows;
  if (!first || first.change <= 0) return `No neuron loses anything of what it gives to ${target}.`;
  if (isPlain) {
    return (
      `${formatNeuron(first)} loses most: ${READ_OFF}, it made “${target}” ${likelier(first.before)}, and now ${likelier(first.after)}; ` +
      `it promotes ${quoted(first).join(", ")}. ${sayingSentence(rows, target)}`
    );
  }
  return (
    `${formatNeuron(first)} loses most: its increase for ${target} goes from ${nats(first.before)} to ${nats(first.after)} nats, ` +
    `its activation from ${figures(first.activationBefore)} to ${figures(first.activationAfter)}; it promotes ${quoted(first).join(", ")}. ` +
    sayingSentence(rows, target)
  );
}

/** What the list of the clean run alone shows, with its numbers. */
export function topSentence({ rows }: TopNeurons, target: string, isPlain = false): string {
  const [first] = rows;
  if (!first || first.increase <= 0) {
    return isPlain
      ? `No neuron makes ${target} likelier by what it writes, ${READ_OFF}.`
      : `No neuron raises log p(${target}) by what it writes.`;
  }
  if (isPlain) {
    return (
      `${formatNeuron(first)} gives most: what it writes makes “${target}” ${likelier(first.increase)}, ${READ_OFF}; ` +
      `it promotes ${quoted(first).join(", ")}. ${sayingSentence(rows, target)}`
    );
  }
  return (
    `${formatNeuron(first)} gives most: what it writes raises log p(${target}) by ${nats(first.increase)} nats, ` +
    `at an activation of ${figures(first.activation)}; it promotes ${quoted(first).join(", ")}. ` +
    sayingSentence(rows, target)
  );
}

type Promoting = { readonly promotes: readonly Token[] };

const quoted = ({ promotes }: Promoting) => promotes.slice(0, QUOTED).map(({ text }) => tokenText(text));

function sayingSentence(rows: readonly Promoting[], target: string): string {
  const saying = rows.filter((row) => quoted(row).includes(target)).length;
  return `${saying} of the ${rows.length} have ${target} among their first ${QUOTED} tokens.`;
}
