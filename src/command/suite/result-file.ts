import { hubPath } from "#model/checkpoint.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { RESULT_UNIT, settingsOf, suiteNameOf } from "#protocol/saved-result.ts";
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
  const { kind } = experiment;
  const together = (values: readonly (string | undefined)[]) => [...new Set(values.filter(Boolean))].join(" and ");
  const gpu = together(by.map((each) => each.gpu));
  return {
    title: `${kind} over ${suiteNameOf(experiment)}, in ${name}`,
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
    ...settingsOf(experiment),
    unit: RESULT_UNIT,
    link: "none",
    software: `Arithmoscope ${VERSION}`,
    date,
    ...(computed && { computed }),
    experiment,
  };
}
