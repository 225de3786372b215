import type { SortOrder } from "#state/link/finding.ts";
import type { NeuronChange } from "#state/run/results.ts";

interface Column {
  /** As links write it. */
  readonly key: string;
  readonly group: string;
  readonly label: string;
  readonly about: string;
  readonly valueOf: (row: NeuronChange) => number;
}

/** Larger than any model's width, so that neurons sort by layer first. */
const NEURONS_PER_LAYER = 1e7;

export const COLUMNS = [
  {
    key: "neuron",
    group: "",
    label: "neuron",
    about: "Layer and index, from 0",
    valueOf: (row) => row.layer * NEURONS_PER_LAYER + row.neuron,
  },
  {
    key: "change",
    group: "",
    label: "change, nats",
    about: "Increase before − after: what the neuron loses",
    valueOf: (row) => row.change,
  },
  {
    key: "before",
    group: "increase, nats",
    label: "before",
    about: "Log-probability increase in the model as it is",
    valueOf: (row) => row.before,
  },
  {
    key: "after",
    group: "increase, nats",
    label: "after",
    about: "The same with the interventions",
    valueOf: (row) => row.after,
  },
  {
    key: "activationBefore",
    group: "activation",
    label: "before",
    about: "The neuron’s output at the last position",
    valueOf: (row) => row.activationBefore,
  },
  {
    key: "activationAfter",
    group: "activation",
    label: "after",
    about: "The same with the interventions",
    valueOf: (row) => row.activationAfter,
  },
] as const satisfies readonly Column[];

/** The same columns where the two runs are those of two variants. */
export const VARIANT_COLUMNS: readonly Column[] = COLUMNS.map((column) => ({
  ...column,
  label: column.label.replace("before", "base").replace("after", "adapted"),
  about: column.about
    .replace("in the model as it is", "in the base")
    .replace("before − after", "base − adapted")
    .replace("with the interventions", "with the adapter"),
}));

/** A copy in the order asked for; an unknown column, as an old link may name, leaves the order as it is. */
export function sortedRows(rows: readonly NeuronChange[], { column, descending }: SortOrder): NeuronChange[] {
  const valueOf = COLUMNS.find(({ key }) => key === column)?.valueOf;
  if (!valueOf) return [...rows];
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * (valueOf(a) - valueOf(b)));
}
