import { hubPath } from "#model/checkpoint.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { VERSION } from "../package-files.ts";
import type { By } from "../shards/part.ts";
import type { Plan } from "../shards/plan.ts";

/** Whose numbers they are. */
interface ComputedOf {
  readonly model: Plan["model"];
  readonly by: readonly Pick<By, "provider" | "gpu">[];
  /** ISO 8601. */
  readonly date: string | undefined;
  /** How the work was shared out; left out: one process did it. */
  readonly computed?: object;
}

/** A result as the page saves one: what it is about, then what was found, which is the same however the work was shared out. */
export function resultFile(experiment: ExperimentResult, { model, by, date, computed }: ComputedOf) {
  const { source, name, revision, content, dtype, adapter } = model;
  const { kind, request } = experiment;
  const suite = request.suite.kind === "pasted" ? "pasted" : request.suite.definition.name;
  const together = (values: readonly (string | undefined)[]) => [...new Set(values.filter(Boolean))].join(" and ");
  const gpu = together(by.map((each) => each.gpu));
  return {
    title: `${kind} over ${suite}, in ${name}`,
    view: kind,
    model: {
      name,
      ...(revision !== undefined && { revision }),
      source: source.kind === "hub" ? hubPath({ name: source.repo, file: source.file }) : name,
      content: `sha256:${content}`,
      dtype,
      backend: together(by.map(({ provider }) => provider)),
      ...(gpu && { gpu }),
      ...(adapter && { adapter: { name: adapter.name, content: `sha256:${adapter.content}` } }),
    },
    suite,
    cases: experiment.suite.cases,
    seed: request.seed,
    steps: `${experiment.steps} of ${experiment.stepsInAll}`,
    unit: "shares of 1 for accuracies and drops, nats for log-probabilities",
    link: "none",
    software: `Arithmoscope ${VERSION}`,
    date,
    ...(computed && { computed }),
    experiment,
  };
}
