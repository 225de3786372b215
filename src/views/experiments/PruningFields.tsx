import { editExperiment } from "#state/experiments/form.ts";
import type { Ranking } from "#state/experiments/form.ts";
import type { SuiteDefinition } from "#state/experiments/suites.ts";

interface PruningFieldsProps {
  readonly offered: readonly SuiteDefinition[];
  readonly foundOn: string;
  readonly ranking: Ranking;
}

/** Where the neurons that stay are found, and by what. */
export function PruningFields({ offered, foundOn, ranking }: PruningFieldsProps) {
  return (
    <>
      <label>
        <span>neurons found on</span>
        <select value={foundOn} onChange={(event) => editExperiment({ foundOn: event.target.value })}>
          {offered.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>by</span>
        <select
          value={ranking}
          onChange={(event) => editExperiment({ ranking: event.target.value === "increase" ? "increase" : "head" })}
        >
          <option value="head">what they lose with a head off</option>
          <option value="increase">their increase</option>
        </select>
      </label>
    </>
  );
}
