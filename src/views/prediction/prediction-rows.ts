import type { Prediction, RankedToken } from "#state/run/results.ts";

export interface PredictionRow {
  readonly id: number;
  readonly text: string;
  /** Probabilities; undefined where a run did not rank the token among its first. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/**
 * The tokens that matter in either run, by the larger of their two probabilities; the target is among them even where
 * it ranks low in both.
 */
export function predictionRows(before: Prediction, after: Prediction | undefined, count: number): PredictionRow[] {
  const first = probabilities(before);
  const second = probabilities(after);
  const tokens = new Map<number, RankedToken>();
  for (const token of [...before.top, ...(after?.top ?? []), before.target]) {
    if (!tokens.has(token.id)) tokens.set(token.id, token);
  }
  const rows = [...tokens.values()].map(({ id, text }) => ({ id, text, before: first(id), after: second(id) }));
  rows.sort((a, b) => larger(b) - larger(a));
  const shown = rows.slice(0, count);
  const target = rows.find((row) => row.id === before.target.id);
  return target && !shown.includes(target) ? [...shown.slice(0, -1), target] : shown;
}

/** A probability below this is shown as 0.0 %. */
const SHOWN_AS_NOTHING = 0.0005;

/**
 * What a run gave each token. One that it did not report is no more probable than the last one that it ranked: where that is
 * shown as nothing, so is this; else it is not known.
 */
function probabilities(run: Prediction | undefined): (id: number) => number | undefined {
  if (!run) return () => undefined;
  const known = new Map([...run.included, ...run.top, run.target].map((token) => [token.id, token.probability]));
  const last = run.top.at(-1)?.probability ?? 1;
  return (id) => known.get(id) ?? (last < SHOWN_AS_NOTHING ? 0 : undefined);
}

const larger = (row: PredictionRow) => Math.max(row.before ?? 0, row.after ?? 0);
