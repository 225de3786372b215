import { scoreAnswer } from "#analysis/ablation/answer-score.ts";
import { Fault } from "#core/fault.ts";
import { normaliseInterventions } from "#model/interventions.ts";
import type { Asked } from "#protocol/calls.ts";
import type { Prompt, ScoredAnswer } from "#protocol/engine.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { checkLength, checkToken, promptIds } from "./requests.ts";
import type { DonorRuns } from "./ablation-source.ts";
import { idsBehind } from "../tokenizer/text-tokens.ts";

/** Limit of an answer's tokens: an essay is no answer. */
const MAX_ANSWER_TOKENS = 256;

interface AskedAnswer {
  readonly prompt: Prompt;
  readonly options: Asked<"scoreAnswer">;
  readonly signal: AbortSignal;
}

/**
 * Scores every token of an answer, each given the true ones before it: see `analysis/answer-score.ts`. What stands in for parts is
 * what they are in other prompts with the same answer behind them.
 */
export async function scoredAnswer(
  { spec, runner, tokenizer }: Pick<LoadedModel, "spec" | "runner" | "tokenizer">,
  runs: DonorRuns,
  { prompt, options, signal }: AskedAnswer,
): Promise<ScoredAnswer> {
  const interventions = normaliseInterventions(options.interventions ?? [], spec);
  const ids = await promptIds(prompt, { spec, tokenizer });
  const answerIds = await readAnswer(prompt, options.answer, { spec, tokenizer });
  // the last token is predicted and not read
  checkLength(ids.length + answerIds.length - 1, spec);
  const ablationSource = await runs.of(options.ablationSource, { tokens: ids.length, signal }, answerIds.slice(0, -1));
  const changes = { interventions, ablationSource };
  const { tokens, logProbability } = await scoreAnswer(runner, ids, answerIds, changes, signal);
  return {
    tokens: tokens.map((token) => ({
      id: token.id,
      text: tokenizer.tokenText(token.id),
      probability: Math.exp(token.logProbability),
      logProbability: token.logProbability,
      rank: token.rank,
    })),
    logProbability,
    correct: tokens.every(({ isTop }) => isTop),
  };
}

/** An answer's token ids: ids as they are, a text as it is cut behind the prompt. */
async function readAnswer(
  prompt: Prompt,
  answer: Asked<"scoreAnswer">["answer"],
  known: Pick<LoadedModel, "spec" | "tokenizer">,
): Promise<number[]> {
  const ids = typeof answer === "string" ? await idsBehind(prompt, answer, known) : [...answer];
  for (const id of ids) checkToken(id, known.spec, "answer");
  if (ids.length === 0) throw new Fault("bad-request", "the answer is empty; at least one token is needed");
  if (ids.length > MAX_ANSWER_TOKENS) {
    throw new Fault(
      "bad-request",
      `the answer has ${ids.length} tokens; at most ${MAX_ANSWER_TOKENS} are scored at once`,
    );
  }
  return ids;
}
