import { EXPERIMENTS } from "./experiments.ts";
import type { ExperimentResult } from "./experiments.ts";

/** Units of the numbers in a saved result. */
export const RESULT_UNIT = "shares of 1 for accuracies and drops, nats for log-probabilities";

export const suiteNameOf = ({ request }: Pick<ExperimentResult, "request">): string =>
  request.suite.kind === "pasted" ? "pasted" : request.suite.definition.name;

/** What a saved result says of how it was asked and how much of it was run, whoever saves it. */
export function settingsOf(result: ExperimentResult) {
  const { request, suite, steps, stepsInAll } = result;
  return {
    suite: suiteNameOf(result),
    cases: suite.cases,
    seed: request.seed,
    ...("ablation" in EXPERIMENTS[request.kind].fields && {
      ablation: ("ablation" in request && request.ablation) || "zero",
    }),
    steps: `${steps} of ${stepsInAll}`,
  };
}
