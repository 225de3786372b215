import {
  duplicateToken,
  firstToken,
  headScores,
  induction,
  previousToken,
  successorIn,
} from "#analysis/head-scores.ts";
import type { Detector } from "#analysis/head-scores.ts";
import { Fault } from "#core/fault.ts";
import { randomStream, sample } from "#core/numeric/random.ts";
import type { Progress } from "#protocol/engine.ts";
import type { HeadScores, HeadScoreName, HeadScoreTable } from "#protocol/lens.ts";
import type { AskedModel } from "../variants/asked-model.ts";
import { ordinalLists } from "./ordinals.ts";

/** Tokens that are repeated, as in TransformerLens's demonstration of induction heads. */
const REPEATED = 50;
/** Number of sequences, and of orders of each list: enough that the mean stands still in its second digit. */
const DRAWS = 4;

interface ScoreWork {
  readonly seed: number;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** Scores every head on repeated random tokens, and on lists in random order. @throws Fault "bad-request" where the model has no room */
export async function scoredHeads(
  { runner, spec, tokenizer }: AskedModel,
  { seed, onProgress, signal }: ScoreWork,
): Promise<HeadScores> {
  const random = randomStream(seed);
  const beginning = await beginningOf(tokenizer, signal);
  const room = spec.context - beginning.length;
  const pool = Array.from({ length: spec.vocabulary }, (_, id) => id).filter(
    (id) => tokenizer.isPlain(id) && !beginning.includes(id),
  );
  const repeated = Math.min(REPEATED, Math.floor(room / 2), pool.length);
  if (repeated < 2) {
    throw new Fault("bad-request", `head scores: ${room} tokens fit this model; two tokens repeated, 4, are needed`);
  }
  const sequences = Array.from({ length: DRAWS }, () => {
    const drawn = sample(pool, repeated, random);
    return [...beginning, ...drawn, ...drawn];
  });
  const lists = (await ordinalLists(tokenizer)).map((ids) => ids.slice(0, room));
  const orders = lists.map((ids) =>
    Array.from({ length: DRAWS }, () => [...beginning, ...sample(ids, ids.length, random)]),
  );
  const next = new Map(lists.flatMap((ids) => ids.slice(1).map((id, place) => [ids[place]!, id] as const)));
  let done = 0;
  const total = spec.layers * (1 + lists.length);
  const onLayer = () => onProgress({ done: ++done, total });
  const scored = (prompts: readonly (readonly number[])[], detectors: readonly Detector[]) =>
    headScores(runner, { prompts, detectors, onLayer, signal });

  const names = ["previousToken", "duplicateToken", "induction", "firstToken"] as const;
  const ofRepeated = await scored(sequences, [previousToken, duplicateToken, induction, firstToken]);
  const ofLists: HeadScoreTable[] = [];
  for (const prompts of orders) ofLists.push((await scored(prompts, [successorIn(next)]))[0]!);
  return {
    seed,
    sequences,
    lists: orders.flat(),
    scores: {
      ...(Object.fromEntries(names.map((name, index) => [name, ofRepeated[index]!])) as Record<
        (typeof names)[number],
        HeadScoreTable
      >),
      ...(ofLists.length > 0 && { successor: pooled(ofLists) }),
    } satisfies { readonly [name in HeadScoreName]?: HeadScoreTable },
  };
}

/** What the tokenizer begins every text with: BOS, or nothing. */
async function beginningOf(tokenizer: AskedModel["tokenizer"], signal: AbortSignal): Promise<number[]> {
  const { ids, added } = await tokenizer.tokenize("0", signal);
  const own = ids.findIndex((_, index) => !added.includes(index));
  return ids.slice(0, own === -1 ? ids.length : own);
}

/** The mean over all queries of all lists. */
function pooled(tables: readonly HeadScoreTable[]): HeadScoreTable {
  const queries = tables.reduce((sum, table) => sum + table.queries, 0);
  return {
    score: tables[0]!.score.map((row, layer) =>
      row.map(
        (_, head) => tables.reduce((sum, table) => sum + table.score[layer]![head]! * table.queries, 0) / queries,
      ),
    ),
    queries,
    positions: tables.reduce((sum, table) => sum + table.positions, 0),
  };
}
