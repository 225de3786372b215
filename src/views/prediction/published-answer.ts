import { percent } from "#charts/number-format.ts";
import type { Chain, ChainRankedToken } from "#analysis/chain/chain.ts";
import { formatHead } from "#model/ids.ts";
import { tokenText } from "../shared/words/token-text.ts";

/** What a record says of its model's answer, with its predicting head and without it. */
export interface PublishedAnswer {
  readonly model: string;
  readonly prompt: string;
  readonly target: string;
  /** Of the target, 0 to 1. */
  readonly probability: number;
  /** By name, and the same without it. */
  readonly head: string;
  readonly without: number;
  /** In the published order. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The answer of a published chain; undefined for one that nobody published, or without a prediction. */
export function publishedAnswer(
  model: string,
  { provenance, prompt = "", target, ablation }: Chain,
): PublishedAnswer | undefined {
  if (provenance.kind !== "published" || !ablation) return undefined;
  const texts = (tokens: readonly ChainRankedToken[]) => tokens.map(({ text }) => tokenText(text));
  return {
    model,
    prompt,
    target: tokenText(target.text),
    probability: Math.exp(ablation.targetBefore),
    head: formatHead(ablation.head),
    without: Math.exp(ablation.targetAfter),
    before: texts(ablation.before),
    after: texts(ablation.after),
  };
}

export function publishedSentence({
  model,
  prompt,
  target,
  probability,
  head,
  without,
  after,
}: PublishedAnswer): string {
  const [answer] = after;
  const now = answer === undefined || answer === target ? "" : `, and the answer is “${answer}”`;
  return `After “${prompt}” ${model} answers “${target}” with ${percent(probability)}; without ${head} it has ${percent(without)}${now}.`;
}
