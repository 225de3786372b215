import { likelier } from "#charts/factor.ts";
import { figures, nats, percent } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import type { HeadScoreName, LensNorm } from "#protocol/lens.ts";
import type { DirectLogits, HeadScores, LogitLens } from "#state/run/results.ts";

/** Each score's name, and what it asks a head's attention. */
export const SCORE_WORDS: Readonly<Record<HeadScoreName, { readonly name: string; readonly asks: string }>> = {
  previousToken: { name: "previous token", asks: "the token before" },
  duplicateToken: { name: "duplicate", asks: "an earlier place of the same token" },
  induction: { name: "induction", asks: "what followed an earlier place of the same token" },
  successor: { name: "successor", asks: "an earlier token that comes next in a list, as 4 for 3" },
  firstToken: { name: "first token", asks: "the first token" },
};

export const NORM_WORDS: Readonly<Record<LensNorm, string>> = {
  own: "each residual through the final norm at its own scale",
  final: "every residual through the final norm at the clean run’s last scale",
};

export const stageName = (stage: number) => (stage === 0 ? "emb" : `L${stage - 1}`);

/** A sentence about the layer from which on the target stands first at the last position. */
export function lensSentence({ layers }: LogitLens, target: string, isPlain = false): string {
  const last = layers.map(({ positions }) => positions.at(-1)!);
  const lost = last.findLastIndex(({ rank }) => rank > 0);
  const end = last.at(-1)!;
  const now = isPlain
    ? `its probability is ${percent(Math.exp(end.logProbability))} behind the last layer`
    : `log p(${target}) is ${nats(end.logProbability)} behind the last layer`;
  if (lost === last.length - 1)
    return `${target} is not the most probable token at the end: ${isPlain ? `place ${end.rank + 1}` : `rank ${end.rank}`}; ${now}.`;
  const from = lost === -1 ? "in the embedding already" : `from layer ${lost} on`;
  return `At the last position ${target} stands first ${from}; ${now}.`;
}

/** One cell, in words. */
export function lensReadout(
  lens: LogitLens,
  { row, column }: { readonly row: number; readonly column: number },
  words: { readonly tokens: readonly string[]; readonly target: string; readonly text: (token: string) => string },
  isPlain = false,
): string {
  const reading = lens.layers[row]?.positions[column];
  if (!reading) return "";
  const where = row === 0 ? "the embedding" : `behind layer ${row - 1}`;
  const { top, rank, logProbability } = reading;
  return `${where}, position ${lens.first + column} (${words.tokens[column]}): ${words.text(top.text)} ${percent(top.probability)}; ${words.target} ${isPlain ? `place ${rank + 1}, ${percent(Math.exp(logProbability))}` : `rank ${rank}, log p ${nats(logProbability)}`}`;
}

interface NamedEffect {
  readonly name: string;
  readonly value: number;
}

/** The parts of a logit by their names: the embedding, each layer's attention and FFN, biases. */
export const layerParts = ({ embedding, attention, ffn, bias }: DirectLogits): NamedEffect[] => [
  { name: "embedding", value: embedding },
  ...attention.flatMap((value, layer) => [
    { name: `attention L${layer}`, value },
    { name: `FFN L${layer}`, value: ffn[layer]! },
  ]),
  { name: "biases", value: bias },
];

/** A sentence about who writes most, and who acts through others. */
export function directSentence(
  direct: DirectLogits,
  { target, against }: { readonly target: string; readonly against: string | undefined },
  effects: readonly (readonly number[])[] | undefined,
  isPlain = false,
): string {
  const parts = layerParts(direct).toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const strongest = parts.slice(0, 3).map(({ name, value }) => `${name} ${figures(value)}`);
  const what =
    against === undefined
      ? `The logit of ${target} is ${figures(direct.total)}`
      : `The logit of ${target} is ${figures(Math.abs(direct.total))} ${direct.total < 0 ? "below" : "above"} that of ${against}`;
  return `${what}; its largest parts: ${strongest.join(", ")}. ${effects ? throughOthers(direct, effects, isPlain) : ""}`.trim();
}

/** The head of the largest total effect, and what of it is its own. */
function throughOthers({ heads }: DirectLogits, effects: readonly (readonly number[])[], isPlain: boolean): string {
  const all = effects.flatMap((row, layer) => row.map((effect, head) => ({ at: { layer, head }, effect })));
  const known = all.filter(({ effect }) => Number.isFinite(effect));
  const [first] = known.toSorted((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  if (!first) return "";
  const own = heads[first.at.layer]?.[first.at.head] ?? Number.NaN;
  const name = formatHead(first.at);
  const isPassedOn = Math.abs(own) < Math.abs(first.effect) / 2;
  const rest = isPassedOn ? ": the rest goes through later parts" : "";
  if (isPlain)
    return `Without ${name} the answer is ${likelier(0 - first.effect)}; itself it writes ${figures(own)} logits${rest}.`;
  return `${name} is worth ${nats(first.effect)} nats and writes ${figures(own)} logits itself${rest}.`;
}

/** The heads that a score is largest of. */
export function scoresSentence({ scores }: HeadScores, name: HeadScoreName): string {
  const table = scores[name];
  const { asks } = SCORE_WORDS[name];
  if (!table) return `This model’s tokens have no list with an order, so that no head can be scored for ${asks}.`;
  const [first, second] = rankedScores(table.score);
  if (!first) return "";
  return `${formatHead(first.at)} attends most to ${asks}: ${percent(first.score)} on average${second ? `, then ${formatHead(second.at)} with ${percent(second.score)}` : ""}.`;
}

/** Every head, the highest score first. */
const rankedScores = (score: readonly (readonly number[])[]): { readonly at: HeadId; readonly score: number }[] =>
  score
    .flatMap((row, layer) => row.map((value, head) => ({ at: { layer, head }, score: value })))
    .sort((a, b) => b.score - a.score);

/** What the line through the scatter is, whose two sides are two quantities. */
export const DIAGONAL_WORDS =
  "Dashed: as many nats of log p lost as logits written. The two are not one quantity: a lost logit costs one nat only where the target is improbable.";

/** The same where the one side is read as a factor. */
export const PLAIN_DIAGONAL_WORDS =
  "Across: the logits that a head writes itself, a logit being the score that the model turns into probabilities. Up: what becomes of the answer without the head. Dashed: a head that takes as much with it as it writes, if the answer were improbable.";

/** What a logit is where the model bounds what it answers by. */
export const capWords = (cap: number) =>
  `This model caps its logits at ±${cap}: what adds up here is the logit before the cap, which is ${cap} · tanh(logit / ${cap}) behind it.`;
