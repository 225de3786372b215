import type { ExperimentResult } from "#protocol/experiments.ts";
import { RESULT_UNIT, settingsOf, suiteNameOf } from "#protocol/saved-result.ts";
import { VERSION } from "../package-files.ts";
import type { By } from "../shards/part.ts";
import type { Plan } from "../shards/plan.ts";
import { linkedName, resultFragment } from "./result-link.ts";

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
export function resultFile(experiment: ExperimentResult, { model: of, by, date, computed }: ComputedOf) {
  const { name, content, dtype, adapter } = of;
  const { kind } = experiment;
  const together = (values: readonly (string | undefined)[]) => [...new Set(values.filter(Boolean))].join(" and ");
  const gpu = together(by.map((each) => each.gpu));
  const { id, revision } = linkedName(of);
  const lora = adapter && linkedName(adapter);
  const model = {
    name,
    id,
    ...(revision !== undefined && { revision }),
    source: id,
    content: `sha256:${content}`,
    dtype,
    backend: together(by.map(({ provider }) => provider)),
    ...(gpu && { gpu }),
    ...(adapter &&
      lora && {
        adapter: {
          name: lora.revision === undefined ? lora.id : `${lora.id}@${lora.revision}`,
          content: `sha256:${adapter.content}`,
        },
      }),
  };
  const fragment = resultFragment(experiment, model);
  return {
    title: `${kind} over ${suiteNameOf(experiment)}, in ${name}`,
    view: kind,
    model,
    ...settingsOf(experiment),
    unit: RESULT_UNIT,
    link: fragment === undefined ? "none" : `#${fragment}`,
    software: `Arithmoscope ${VERSION}`,
    date,
    ...(computed && { computed }),
    experiment,
  };
}
