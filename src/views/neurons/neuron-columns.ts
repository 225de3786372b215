import type { NeuronChange, NeuronIncrease } from "#state/run/results.ts";
import { neuronColumn } from "../shared/table/NeuronLink.tsx";
import { MAKES_THE_ANSWER, READ_OFF } from "../shared/words/read-off.ts";
import { barred, measure, tokens } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";

/** Tokens that the screen has room for. */
const PROMOTED = 6;

const NAME = { ...neuronColumn(), about: "Layer and index, from 0" } as const;

const PROMOTES = {
  ...tokens<NeuronIncrease | NeuronChange>(
    { label: "promotes", key: "promotes" },
    PROMOTED,
    ({ promotes }) => promotes,
  ),
  about: "First tokens of activation × value vector",
} as const;

interface Told<Row> extends Pick<Column<Row>, "about" | "group" | "isForResearchers" | "plainly"> {
  /** Its order in links; one key means one quantity in every table. */
  readonly sort: string;
  readonly label: string;
  readonly key: string;
}

/** A number of each neuron, by which the table can be sorted. */
const number = <Row>(
  { sort, label, key, ...told }: Told<Row>,
  as: Parameters<typeof measure>[1],
  of: (row: Row) => number,
): Column<Row> => ({ ...measure<Row>({ label, key }, as, of), ...told, sort: { key: sort, of } });

/** Columns of a comparison. */
export const COLUMNS: readonly Column<NeuronChange>[] = [
  NAME,
  barred(
    number(
      {
        sort: "change",
        label: "change, nats",
        key: "change",
        about: "Increase before − after: what the neuron loses",
        plainly: { label: "loses", about: "What is lost of what the neuron makes of the answer: ÷2 is half of it" },
      },
      "effect",
      ({ change }) => change,
    ),
    ({ change }) => change,
  ),
  number(
    {
      sort: "before",
      group: "increase, nats",
      label: "before",
      key: "increase_before",
      about: "Log-probability increase in the model as it is",
      plainly: {
        group: MAKES_THE_ANSWER,
        about: `What the neuron makes of the answer’s probability by what it writes, ${READ_OFF}: ×2 is twice as likely`,
      },
    },
    "gain",
    ({ before }) => before,
  ),
  number(
    {
      sort: "after",
      group: "increase, nats",
      label: "after",
      key: "increase_after",
      about: "The same with the interventions",
      plainly: { group: MAKES_THE_ANSWER },
    },
    "gain",
    ({ after }) => after,
  ),
  number(
    {
      sort: "activationBefore",
      group: "activation",
      label: "before",
      key: "activation_before",
      about: "The neuron’s output at the last position",
      isForResearchers: true,
    },
    "figures",
    ({ activationBefore }) => activationBefore,
  ),
  number(
    {
      sort: "activationAfter",
      group: "activation",
      label: "after",
      key: "activation_after",
      about: "The same with the interventions",
      isForResearchers: true,
    },
    "figures",
    ({ activationAfter }) => activationAfter,
  ),
  PROMOTES,
];

/** Columns of a comparison whose two runs are those of two variants. */
export const VARIANT_COLUMNS: readonly Column<NeuronChange>[] = COLUMNS.map(({ label, about, ...column }) => ({
  ...column,
  label: label?.replace("before", "base").replace("after", "adapted"),
  ...(about !== undefined && {
    about: about
      .replace("in the model as it is", "in the base")
      .replace("before − after", "base − adapted")
      .replace("with the interventions", "with the adapter"),
  }),
}));

/** Columns of the list of the clean run alone. */
export const TOP_COLUMNS: readonly Column<NeuronIncrease>[] = [
  NAME,
  barred(
    number(
      {
        sort: "before",
        label: "increase, nats",
        key: "increase",
        about: "Log-probability increase: what log p of the answer gains by what the neuron writes",
        plainly: {
          label: MAKES_THE_ANSWER,
          about: `What the neuron makes of the answer’s probability by what it writes, ${READ_OFF}: ×2 is twice as likely`,
        },
      },
      "gain",
      ({ increase }) => increase,
    ),
    ({ increase }) => increase,
  ),
  number(
    {
      sort: "activationBefore",
      label: "activation",
      key: "activation",
      about: "The neuron’s output at the last position",
      isForResearchers: true,
    },
    "figures",
    ({ activation }) => activation,
  ),
  PROMOTES,
];
