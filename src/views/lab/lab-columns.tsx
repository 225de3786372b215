import { effectOf } from "#analysis/ablation/effect.ts";
import type { LabResults } from "#state/lab/tools.ts";
import { neuronColumn } from "../shared/table/NeuronLink.tsx";
import { bar, constant, count, measure, plain, tokens } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { tokenText } from "../shared/words/token-text.ts";

/** Tokens of a neuron found by its concepts, as many as the screen has room for. */
const SHOWN_TOKENS = 8;

/** The neurons that promote a token or suppress it. */
export const hitColumns = (token: string): readonly Column<LabResults["tokens"]["found"]["rows"][number]>[] => [
  neuronColumn(),
  constant("token", token),
  {
    ...measure({ label: `logit of ${tokenText(token)}`, key: "logit" }, "figures", ({ logit }) => logit),
    about: "What one unit of activation adds to the token’s logit",
  },
  {
    ...count({ label: "its place", key: "rank" }, ({ rank }) => rank),
    about: "Where the token stands among all that the neuron moves; 1 is first",
    show: ({ rank }) => rank + 1,
  },
];

/** The neurons that say concepts behind an attention layer. */
export const CONCEPT_COLUMNS: readonly Column<LabResults["concepts"]["rows"][number]>[] = [
  neuronColumn(),
  {
    ...count({ label: "through", key: "through" }, ({ through }) => through),
    about: "The attention layer behind which it says most",
    show: ({ through }) => `L${through}`,
  },
  count({ label: "concepts", key: "concepts" }, (row) => row.tokens.length),
  tokens({ label: "which", key: "tokens" }, SHOWN_TOKENS, (row) => row.tokens),
];

interface GroupRun {
  readonly name: string;
  readonly logProbability: number;
  /** Nats, above 0 where the neurons support the target. */
  readonly effect: number;
}

/** The runs that a group is measured by: as it is, without it, and without as many random neurons. */
export function groupRuns({ found }: LabResults["group"]): readonly GroupRun[] {
  return [
    { name: "as it is", logProbability: found.baseline },
    { name: "without the group", logProbability: found.withoutGroup },
    ...found.withoutRandom.map((logProbability, draw) => ({ name: `random group ${draw + 1}`, logProbability })),
  ].map((run) => ({ ...run, effect: effectOf({ baseline: found.baseline, withoutIt: run.logProbability }) }));
}

export const GROUP_COLUMNS: readonly Column<GroupRun>[] = [
  plain({ label: "run", key: "run" }, ({ name }) => name),
  {
    ...measure({ label: "log p", key: "log_probability" }, "logProbability", ({ logProbability }) => logProbability),
    plainly: { label: "probability" },
  },
  measure({ key: "effect" }, "effect", ({ effect }) => effect),
  bar(({ effect }) => effect),
];
