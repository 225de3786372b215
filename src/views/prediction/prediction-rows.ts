import { percent, percents } from "#charts/number-format.ts";
import type { Slots } from "#state/run/results.ts";
import { isSameSubject } from "#state/subject.ts";
import type { Subject } from "#state/subject.ts";
import type { Prediction, RankedToken, Ranking } from "#state/run/results.ts";

export interface PredictionRow {
  readonly id: number;
  readonly text: string;
  /** Probabilities; undefined where a run did not rank the token among its first. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** The two runs that are laid side by side, of one prompt and about one target. */
export interface Runs {
  readonly before: Prediction;
  readonly after: Prediction | undefined;
}

/**
 * The tokens that matter in either run, by the larger of their two probabilities; the target is among them even where
 * it ranks low in both.
 */
export function predictionRows({ before, after }: Runs, count: number): PredictionRow[] {
  const first = probabilities(after?.clean, before);
  const second = probabilities(after);
  const tokens = new Map<number, RankedToken>();
  for (const token of [...before.top, ...(after?.top ?? []), before.target]) {
    if (!tokens.has(token.id)) tokens.set(token.id, token);
  }
  const rows = [...tokens.values()].map(({ id, text }) => ({ id, text, before: first.get(id), after: second.get(id) }));
  rows.sort((a, b) => larger(b) - larger(a));
  const shown = rows.slice(0, count);
  const target = rows.find((row) => row.id === before.target.id);
  return target && !shown.includes(target) ? [...shown.slice(0, -1), target] : shown;
}

/** Probabilities by token; where two runs know a token, the later one counts. */
const probabilities = (...runs: readonly (Ranking | undefined)[]) =>
  new Map(
    runs.flatMap((run) =>
      run ? [...run.included, ...run.top, run.target].map((token) => [token.id, token.probability] as const) : [],
    ),
  );

const larger = (row: PredictionRow) => Math.max(row.before ?? 0, row.after ?? 0);

/** `94.2 % → 0.1 %`, with as many digits as tell the two apart; their whole numbers are in the table. */
export const course = (from: number, to: number | undefined) =>
  to === undefined ? percent(from) : percents(from, to).join(" → ");

/** What the model answers by itself, whatever token is asked about. */
export const answerOf = ({ top, target }: Prediction): RankedToken => top[0] ?? target;

/** The answer that took the place of the model's own, where what was ablated broke that one. */
export function brokenInto({ before, after }: Runs): RankedToken | undefined {
  const now = after?.top[0];
  return now?.id === answerOf(before).id ? undefined : now;
}

/** The runs that stand beside each other, and what they are about: the changed one where it is shown. */
export interface ShownRuns {
  readonly runs: Runs;
  readonly about: Subject;
}

/** @param isChanged whether something is ablated on the page; an answer to another question is no “after” to this one */
export function shownRuns(
  { prediction: before, predictionAblated: after }: Slots,
  isChanged: boolean,
): ShownRuns | undefined {
  if (!before.value || !before.about) return undefined;
  const isOfRun = (about: Subject | undefined) =>
    about !== undefined && isSameSubject(before.about, { ...about, interventions: [], ablationSource: undefined });
  const changed = isChanged && isOfRun(after.about) ? after : undefined;
  return {
    runs: {
      before: before.value,
      after: changed?.value,
    },
    about: changed?.about ?? before.about,
  };
}
