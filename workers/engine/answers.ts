import { scoreAnswer } from "#analysis/answer-score.ts";
import { Fault } from "#core/fault.ts";
import { normaliseInterventions } from "#model/interventions.ts";
import type { Prompt, ScoredAnswer, ScoreOptions } from "#protocol/engine.ts";
import type { LoadedModel } from "./load-model.ts";
import { checkLength, promptIds } from "./requests.ts";
import type { StandInRuns } from "./stand-ins.ts";

/** What an answer can be asked for: an essay is no answer. */
const MAX_ANSWER_TOKENS = 256;

interface AskedAnswer {
  readonly prompt: Prompt;
  readonly options: ScoreOptions;
  readonly signal: AbortSignal;
}

/**
 * Scores every token of an answer, each given the true ones before it: see `analysis/answer-score.ts`. What stands in for parts is
 * what they are in other prompts with the same answer behind them.
 */
export async function scoredAnswer(
  { spec, runner, tokenizer }: Pick<LoadedModel, "spec" | "runner" | "tokenizer">,
  runs: StandInRuns,
  { prompt, options, signal }: AskedAnswer,
): Promise<ScoredAnswer> {
  const interventions = normaliseInterventions(options.interventions ?? [], spec);
  const ids = await promptIds(prompt, { spec, tokenizer });
  const answerIds = await readAnswer(prompt, ids, options.answer, { spec, tokenizer });
  // the last token is predicted and not read
  checkLength(ids.length + answerIds.length - 1, spec);
  const standIns = await runs.of(options.standIns, { tokens: ids.length, signal }, answerIds.slice(0, -1));
  const changes = { interventions, standIns };
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

/**
 * An answer's token ids: ids as they are; a text as it is cut where it follows the prompt, which is what the model would
 * have to write. Where the two together are not cut where the prompt ends, no row of tokens is this answer to this prompt,
 * and that is said. After a prompt of ids, the text is cut by itself.
 */
async function readAnswer(
  prompt: Prompt,
  ids: readonly number[],
  answer: ScoreOptions["answer"],
  known: Pick<LoadedModel, "spec" | "tokenizer">,
): Promise<number[]> {
  const answerIds = typeof answer === "string" ? await answerTokens(prompt, ids, answer, known) : [...answer];
  const wrong = answerIds.find((id) => !(Number.isInteger(id) && id >= 0 && id < known.spec.vocabulary));
  if (wrong !== undefined) {
    throw new Fault(
      "bad-request",
      `answer: ${String(wrong)} is no token id; they go from 0 to ${known.spec.vocabulary - 1}`,
    );
  }
  if (answerIds.length === 0) throw new Fault("bad-request", "the answer is empty; at least one token is needed");
  if (answerIds.length > MAX_ANSWER_TOKENS) {
    throw new Fault(
      "bad-request",
      `the answer has ${answerIds.length} tokens; at most ${MAX_ANSWER_TOKENS} are scored at once`,
    );
  }
  return answerIds;
}

async function answerTokens(
  prompt: Prompt,
  ids: readonly number[],
  answer: string,
  { tokenizer }: Pick<LoadedModel, "tokenizer">,
): Promise<number[]> {
  const byItself = await tokenizer.tokenize(answer);
  if (byItself.unknown.length > 0) {
    throw new Fault(
      "bad-request",
      `answer: the tokenizer does not know ${byItself.unknown.join(" ")}; the model cannot write it`,
    );
  }
  const alone = typeof prompt === "string" ? await tokenizer.tokenize(prompt) : undefined;
  // nothing follows a text that the tokenizer ends with a token of its own
  if (alone === undefined || alone.added.includes(ids.length - 1)) {
    return byItself.ids.filter((_, index) => !byItself.added.includes(index));
  }
  const together = await tokenizer.tokenize(`${String(prompt)}${answer}`);
  if (ids.every((id, index) => together.ids[index] === id)) return together.ids.slice(ids.length);
  throw new Fault(
    "bad-request",
    `answer: with “${answer}” behind it the prompt is cut otherwise than alone (${together.texts.join(" · ")} against ${alone.texts.join(" · ")}); move the space between them, or give the answer as token ids`,
  );
}
