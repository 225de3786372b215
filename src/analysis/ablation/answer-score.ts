import { logProbability } from "#core/numeric/softmax.ts";
import { changedBlock } from "./changes.ts";
import type { Changes } from "./changes.ts";
import { throughLayers } from "../lens/layers.ts";
import type { Runner } from "../runner.ts";

/** One token of an answer, given the prompt and the answer's tokens before it. */
export interface AnswerToken {
  readonly id: number;
  /** ln p(token | prompt, the answer before it), in nats. */
  readonly logProbability: number;
  /** How many tokens are more probable there; of equal ones the smaller id counts as more. */
  readonly rank: number;
  /** Greedy decoding would choose it. */
  readonly isTop: boolean;
}

export interface AnswerScore {
  readonly tokens: readonly AnswerToken[];
  /** ln p(answer | prompt) = Σ_i ln p(a_i | prompt, a_1 … a_{i−1}), in nats. */
  readonly logProbability: number;
}

/** Rows of logits that are in memory at once: 16 rows of 150,000 tokens are 10 MB. */
const ROWS_AT_ONCE = 16;

/**
 * Scores an answer token by token, each given the true tokens before it ("teacher forced"): one forward pass over prompt and
 * answer, unembedded only where an answer's token is predicted, positions P − 1 … P + A − 2 for P tokens of prompt and A of
 * answer. The answer's last token is not run: nothing is asked after it. Changes hold at every position, those of the
 * answer's tokens included, as they would while the answer is generated; ablation-source are as long as what is run.
 *
 * @param promptIds at least one
 * @param answerIds at least one
 * @throws RangeError for none of either; what `signal` was aborted with
 */
export async function scoreAnswer(
  runner: Runner,
  promptIds: readonly number[],
  answerIds: readonly number[],
  changes: Changes,
  signal?: AbortSignal,
): Promise<AnswerScore> {
  if (promptIds.length === 0 || answerIds.length === 0) {
    throw new RangeError(`answer: ${promptIds.length} tokens of prompt and ${answerIds.length} of answer`);
  }
  const start = await runner.embed([...promptIds, ...answerIds.slice(0, -1)]);
  const runOf = (layer: number) => changedBlock(runner.spec, layer, changes);
  const residual = await throughLayers(runner, start, { runOf, signal });
  try {
    const tokens: AnswerToken[] = [];
    for (let from = 0; from < answerIds.length; from += ROWS_AT_ONCE) {
      signal?.throwIfAborted();
      const asked = answerIds.slice(from, from + ROWS_AT_ONCE);
      const positions = asked.map((_, index) => promptIds.length - 1 + from + index);
      const { logits } = await runner.unembed(residual, { positions, wants: ["logits"] });
      const { vocabulary } = runner.spec;
      asked.forEach((id, row) => {
        tokens.push(scoreToken(id, logits.subarray(row * vocabulary, (row + 1) * vocabulary)));
      });
    }
    return { tokens, logProbability: tokens.reduce((sum, token) => sum + token.logProbability, 0) };
  } finally {
    runner.release(residual);
  }
}

function scoreToken(id: number, logits: Float32Array): AnswerToken {
  const rank = rankOf(id, logits);
  return { id, logProbability: logProbability(logits, id), rank, isTop: rank === 0 };
}

/** How many logits are above that of `id`, or equal to it with a smaller id. */
export const rankOf = (id: number, logits: Float32Array): number =>
  logits.reduce(
    (above, logit, other) => above + (logit > logits[id]! || (logit === logits[id] && other < id) ? 1 : 0),
    0,
  );
