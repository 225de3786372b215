import type { NeuronId } from "#model/ids.ts";
import type { SortOrder } from "#state/link/finding.ts";
import type { NeuronChange, NeuronIncrease } from "#state/run/results.ts";
import type { Value } from "../shared/figure/Value.tsx";

type Format = Parameters<typeof Value>[0]["as"];

/** A number of each neuron. */
export interface Column<Row> {
  /** As links write it; one key means one quantity in every table. */
  readonly key: string;
  /** What stands above it and the columns beside it; "" for nothing. */
  readonly group: string;
  readonly label: string;
  readonly about: string;
  readonly as: Format;
  /** Stands there only beside the researcher’s numbers. */
  readonly isForResearchers?: true;
  readonly valueOf: (row: Row) => number;
}

export const NEURON_COLUMN = { key: "neuron", group: "", label: "neuron", about: "Layer and index, from 0" } as const;

/** Larger than any model's width, so that neurons sort by layer first. */
const NEURONS_PER_LAYER = 1e7;

/** Columns of a comparison; the first is drawn as bars. */
export const COLUMNS: readonly Column<NeuronChange>[] = [
  {
    key: "change",
    group: "",
    label: "change, nats",
    about: "Increase before − after: what the neuron loses",
    as: "nats",
    valueOf: (row) => row.change,
  },
  {
    key: "before",
    group: "increase, nats",
    label: "before",
    about: "Log-probability increase in the model as it is",
    as: "nats",
    valueOf: (row) => row.before,
  },
  {
    key: "after",
    group: "increase, nats",
    label: "after",
    about: "The same with the interventions",
    as: "nats",
    valueOf: (row) => row.after,
  },
  {
    key: "activationBefore",
    group: "activation",
    label: "before",
    about: "The neuron’s output at the last position",
    as: "figures",
    isForResearchers: true,
    valueOf: (row) => row.activationBefore,
  },
  {
    key: "activationAfter",
    group: "activation",
    label: "after",
    about: "The same with the interventions",
    as: "figures",
    isForResearchers: true,
    valueOf: (row) => row.activationAfter,
  },
];

/** Columns of a comparison whose two runs are those of two variants. */
export const VARIANT_COLUMNS: readonly Column<NeuronChange>[] = COLUMNS.map((column) => ({
  ...column,
  label: column.label.replace("before", "base").replace("after", "adapted"),
  about: column.about
    .replace("in the model as it is", "in the base")
    .replace("before − after", "base − adapted")
    .replace("with the interventions", "with the adapter"),
}));

/** Columns of the list of the clean run alone. */
export const TOP_COLUMNS: readonly Column<NeuronIncrease>[] = [
  {
    key: "before",
    group: "",
    label: "increase, nats",
    about: "Log-probability increase: what log p of the answer gains by what the neuron writes",
    as: "nats",
    valueOf: (row) => row.increase,
  },
  {
    key: "activationBefore",
    group: "",
    label: "activation",
    about: "The neuron’s output at the last position",
    as: "figures",
    isForResearchers: true,
    valueOf: (row) => row.activation,
  },
];

/** A copy in the order asked for; a column that is not there, as an old link may name, leaves the order as it is. */
export function sortedRows<Row extends NeuronId>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { column, descending }: SortOrder,
): Row[] {
  const valueOf =
    column === NEURON_COLUMN.key
      ? ({ layer, neuron }: Row) => layer * NEURONS_PER_LAYER + neuron
      : columns.find(({ key }) => key === column)?.valueOf;
  if (!valueOf) return [...rows];
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * (valueOf(a) - valueOf(b)));
}
