import { grouped } from "#core/grouped.ts";
import { figures, nats, percent, percents } from "#charts/number-format.ts";
import { formatNeuron } from "#model/ids.ts";
import type { ConceptSearchResult, LabResults, MeasuredGroup } from "#state/lab/tools.ts";
import { tokenText } from "../shared/words/token-text.ts";

/** What a search by a token found. */
export function hitsSentence(
  { token, rows, total }: LabResults["tokens"]["found"],
  by: "logit" | "rank",
  end: LabResults["tokens"]["asked"]["end"],
): string {
  const [first] = rows;
  const name = tokenText(token.text);
  if (!first) return `No neuron has ${name} among the tokens that the index keeps at that end.`;
  const leading = rows.filter(({ rank }) => rank === 0).length;
  const count = grouped(total);
  return by === "logit"
    ? `Of ${count} neurons ${formatNeuron(first)} ${end === "promotes" ? "raises" : "lowers"} ${name} most, by ${figures(Math.abs(first.logit))} for each unit of activation; it is the first token of ${leading} of the ${rows.length} listed.`
    : `${count} neurons have ${name} among the tokens that they ${end === "promotes" ? "promote" : "suppress"} most; in ${leading} of the ${rows.length} listed it comes first.`;
}

/** What a search by concepts found. */
export function conceptSentence(found: ConceptSearchResult, chosen: number): string {
  const count = grouped(found.atLeast[chosen] ?? 0);
  const missing = found.notTokens.length > 0 ? ` ${found.notTokens.length} words are no single token here.` : "";
  return (
    `${count} of ${grouped(found.searched)} neurons below layer ${found.belowLayer} say ${chosen} or more of ` +
    `${found.concepts.length} concepts behind an attention layer up to L${found.lastAttention}. Fifty tokens drawn at random ` +
    `hold ${figures(found.byChance)} of them on average.${missing}`
  );
}

/** What a group is worth, against random ones. */
export function groupSentence({ of, prompt, target, found }: MeasuredGroup, isPlain = false): string {
  const token = tokenText(target);
  if (isPlain) {
    const [from, to] = percents(Math.exp(found.baseline), Math.exp(found.withoutGroup));
    return (
      `After “${prompt}”, in the model as it is, p(${token}) without the ${of} goes from ${from} to ${to}; ` +
      `without as many random ones of the same layers it is on geometric average ${percent(Math.exp(found.randomMean))} (${found.withoutRandom.length} draws).`
    );
  }
  const verb = found.withoutGroup < found.baseline ? "falls" : "goes";
  return (
    `After “${prompt}”, in the model as it is, log p(${token}) without the ${of} ${verb} from ${nats(found.baseline)} to ${nats(found.withoutGroup)}; ` +
    `without as many random ones of the same layers it is ${nats(found.randomMean)} ± ${nats(found.randomSpread)} (${found.withoutRandom.length} draws).`
  );
}
