import type { ExperimentResult } from "#protocol/experiments.ts";
import type { Choice, Chosen } from "../experiment-page.ts";
import { pageOf } from "../pages.ts";
import type { ExperimentView } from "./experiment-export.ts";

/** The width of a figure in a file, and before its place on the page was measured. */
export const FIGURE_PX = 720;

/** The options that are chosen of a result: what was picked, as long as this result has it, else the first of each. */
export const chosenOf = (result: ExperimentResult, picked: Chosen = {}): Chosen =>
  Object.fromEntries((pageOf(result).choices ?? []).map((choice) => [choice.name, valueOf(choice, result, picked)]));

/** A result as it leaves the page. */
export function experimentView(result: ExperimentResult, chosen: Chosen): ExperimentView {
  const page = pageOf(result);
  return {
    name: page.name,
    result,
    figure: ({ width = FIGURE_PX, ...look }) => page.figures[0]!.draw(result, { width, ...look }, chosen),
    title: page.title(result, chosen),
    plainTitle: page.title(result, chosen, true),
    sentence: (isPlain) => page.sentence(result, chosen, isPlain),
    table: () => page.file(result),
  };
}

function valueOf({ name, options }: Choice<ExperimentResult>, result: ExperimentResult, picked: Chosen): string {
  const values = options(result).map(([value]) => value);
  const wanted = picked[name];
  return wanted !== undefined && values.includes(wanted) ? wanted : (values[0] ?? "");
}
