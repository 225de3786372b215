import type { ModelSpec } from "#model/spec.ts";
import { rowsThatFit } from "../../batch-budget.ts";
import type { Residual, Runner } from "../../runner.ts";

/** A prompt and the answer that it should have, in tokens, at least one of each. */
export interface ScoredCase {
  readonly ids: readonly number[];
  readonly answerIds: readonly number[];
}

/** How an answer fared, token by token, each given the true ones before it. */
export interface CaseScore {
  /** ln p(token | prompt, the answer before it), in nats. */
  readonly logProbability: readonly number[];
  /** Whether no token is more probable at its place. */
  readonly isTop: readonly boolean[];
}

/** Cases that run as the rows of one batch: as many tokens of prompt, and of answer. Places in the list of all cases. */
export interface CaseBatch {
  readonly indices: readonly number[];
  readonly promptTokens: number;
  readonly answerTokens: number;
}

/** Beyond this a batch saves no more time, and a stop would be felt later. */
const MAX_ROWS = 1536;

/**
 * The cases in batches of one shape, in their order, as many at once as the memory allows.
 *
 * @param rowsEach variants that a case becomes at the widest
 */
export function caseBatches(spec: ModelSpec, cases: readonly ScoredCase[], rowsEach: number): CaseBatch[] {
  const byShape = Map.groupBy(cases.keys(), (index) => shapeOf(cases[index]!));
  return [...byShape.values()].flatMap((indices) => {
    const { ids, answerIds } = cases[indices[0]!]!;
    const rows = Math.min(MAX_ROWS, rowsOfShape(spec, ids.length, answerIds.length));
    const size = Math.max(1, Math.floor(rows / rowsEach));
    return Array.from({ length: Math.ceil(indices.length / size) }, (_, batch) => ({
      indices: indices.slice(batch * size, (batch + 1) * size),
      promptTokens: ids.length,
      answerTokens: answerIds.length,
    }));
  });
}

/** A case's shape, its tokens of prompt and of answer: cases of one shape run in one batch. */
export const shapeOf = ({ ids, answerIds }: ScoredCase) => `${ids.length} ${answerIds.length}`;

/** How many rows of that shape run at once; each is unembedded at every token of its answer. */
export const rowsOfShape = (spec: ModelSpec, promptTokens: number, answerTokens: number) =>
  Math.max(1, Math.floor(rowsThatFit(spec, promptTokens + answerTokens - 1) / answerTokens));

/** The tokens of a case that are run: prompt and answer, without the answer's last token, behind which nothing is asked. */
export const forcedIds = ({ ids, answerIds }: ScoredCase) => [...ids, ...answerIds.slice(0, -1)];

/**
 * Reads the answers' scores off the final residuals.
 *
 * @param rows the case that each row of the batch belongs to, all of one shape
 */
export async function scoresOf(runner: Runner, residual: Residual, rows: readonly ScoredCase[]): Promise<CaseScore[]> {
  const { ids, answerIds } = rows[0]!;
  const tokens = answerIds.length;
  const targets = [...new Set(rows.flatMap((each) => each.answerIds))];
  const place = new Map(targets.map((target, index) => [target, index]));
  const { logSumExp, targetLogits, highestLogit } = await runner.unembed(residual, {
    positions: answerIds.map((_, token) => ids.length - 1 + token),
    targets,
    wants: ["logSumExp", "targetLogits", "highestLogit"],
  });
  return rows.map((each, row) => {
    const at = (token: number) => row * tokens + token;
    const logits = each.answerIds.map((id, token) => targetLogits[at(token) * targets.length + place.get(id)!]!);
    return {
      logProbability: logits.map((logit, token) => logit - logSumExp[at(token)]!),
      isTop: logits.map((logit, token) => logit >= highestLogit[at(token)]!),
    };
  });
}

/** The cases without repetition, and where each of the given ones stands in `unique`. */
export function withoutDuplicates(cases: readonly ScoredCase[]): {
  readonly unique: readonly ScoredCase[];
  readonly places: readonly number[];
} {
  const known = new Map<string, number>();
  const unique: ScoredCase[] = [];
  const places = cases.map((each) => {
    const key = `${each.ids.join(" ")}:${each.answerIds.join(" ")}`;
    const place = known.get(key) ?? unique.push(each) - 1;
    known.set(key, place);
    return place;
  });
  return { unique, places };
}
