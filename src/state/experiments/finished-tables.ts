import { createStore } from "zustand/vanilla";
import { ABLATIONS } from "#analysis/experiments/ablation.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";

type HeadsResult = Extract<ExperimentResult, { readonly kind: "heads" }>;

/** Questions whose tables are in memory at once; each has one for every ablation. */
const MAX_TABLES = 4 * ABLATIONS.length;

/** Head tables that were finished on this model, so that ablations can be compared; the last one last. */
export const finishedTables = createStore<{ readonly list: readonly HeadsResult[] }>(() => ({ list: [] }));

export function keepTable(result: ExperimentResult): void {
  if (result.kind !== "heads" || result.steps < result.stepsInAll) return;
  const key = JSON.stringify(result.request);
  finishedTables.setState(({ list }) => ({
    list: [...list.filter(({ request }) => JSON.stringify(request) !== key), result].slice(-MAX_TABLES),
  }));
}

export const forgetTables = () => finishedTables.setState({ list: [] });

/** The tables that answer what this one does, with something else in the place of the head: one of each ablation, itself among them. */
export function tablesLike(result: HeadsResult, list: readonly HeadsResult[]): readonly HeadsResult[] {
  const asked = questionOf(result);
  const alike = list.filter((each) => questionOf(each) === asked);
  return ABLATIONS.flatMap((ablation) => alike.find(({ request }) => (request.ablation ?? "zero") === ablation) ?? []);
}

/** Names in the order of the alphabet: a script and the form write a request in different orders. */
function questionOf({ request }: HeadsResult): string {
  const asked = Object.entries(request).filter(([name]) => name !== "ablation");
  return JSON.stringify(asked.sort(([a], [b]) => a.localeCompare(b)));
}
