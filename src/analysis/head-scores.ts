import { throughLayers } from "./lens/layers.ts";
import type { Runner } from "./runner.ts";

/** Which keys a query is asked about: a 1 of the detection pattern. Positions are those of `ids`. */
export type Detector = (ids: readonly number[], query: number, key: number) => boolean;

/** The token before. */
export const previousToken: Detector = (_, query, key) => key === query - 1;

/** An earlier place of the same token. */
export const duplicateToken: Detector = (ids, query, key) => key < query && ids[key] === ids[query];

/** Behind an earlier place of the same token: what came next then. */
export const induction: Detector = (ids, query, key) => key > 0 && key <= query && ids[key - 1] === ids[query];

/** The first token, the usual sink of attention that goes nowhere. */
export const firstToken: Detector = (_, query, key) => key === 0 && query > 0;

/** An earlier token that comes next after the query's in a list with an order, as “4” for “3”. */
export const successorIn =
  (next: ReadonlyMap<number, number>): Detector =>
  (ids, query, key) =>
    key < query && next.get(ids[query]!) === ids[key];

/** The scores of one detector: every head's, and over how many queries. */
export interface HeadScore {
  /** [layer][head], 0 to 1. */
  readonly score: number[][];
  /** Queries that have a key to be asked about, in all prompts together. */
  readonly queries: number;
  /** All queries. */
  readonly positions: number;
}

export interface ScoredPrompts {
  /** Of one length. */
  readonly prompts: readonly (readonly number[])[];
  readonly detectors: readonly Detector[];
  readonly onLayer?: (layer: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * How much every head attends to what a detector names: with A the attention and D the detection pattern, over all prompts,
 *
 *     score = Σ_q Σ_k A[q, k] · D[q, k] / how many queries have a key in D
 *
 * 0 to 1: the mean attention of a query that could. TransformerLens's head detector (measure "mul") divides by all queries instead,
 * and gives this times `queries / positions`.
 *
 * @returns in the order of the detectors
 * @throws what `signal` was aborted with
 * @see TransformerLens, `head_detector.py`; Olsson et al. (2022), "In-context Learning and Induction Heads", prefix matching
 */
export async function headScores(
  runner: Runner,
  { prompts, detectors, onLayer, signal }: ScoredPrompts,
): Promise<HeadScore[]> {
  const { spec } = runner;
  const positions = prompts[0]!.length;
  const marks = detectors.map((detector) => prompts.map((ids) => marked(ids, detector)));
  const counts = marks.map((each) => each.reduce((sum, { queries }) => sum + queries, 0));
  const scores = detectors.map((): number[][] => []);
  const runOf = () => ({ taps: ["pattern"] as const });
  const onTaps = (layer: number, { pattern }: { readonly pattern?: Float32Array }) => {
    for (const [index, each] of marks.entries()) {
      scores[index]!.push(
        Array.from({ length: spec.heads }, (_, head) => {
          let attended = 0;
          for (const [prompt, { cells }] of each.entries()) {
            const start = (prompt * spec.heads + head) * positions ** 2;
            for (const cell of cells) attended += pattern![start + cell]!;
          }
          return attended / counts[index]!;
        }),
      );
    }
    onLayer?.(layer);
  };
  runner.release(await throughLayers(runner, await runner.embedBatch(prompts), { runOf, onTaps, signal }));
  return scores.map((score, index) => ({ score, queries: counts[index]!, positions: positions * prompts.length }));
}

/** The cells of a detection pattern that are 1, as indices into [query, key], and how many queries have one. */
function marked(ids: readonly number[], detector: Detector): { readonly cells: number[]; readonly queries: number } {
  const cells: number[] = [];
  let queries = 0;
  for (let query = 0; query < ids.length; query++) {
    const before = cells.length;
    for (let key = 0; key <= query; key++) if (detector(ids, query, key)) cells.push(query * ids.length + key);
    if (cells.length > before) queries++;
  }
  return { cells, queries };
}
