import { useStore } from "zustand";
import { signedBars } from "#charts/plots/bars.ts";
import { formatNeuron } from "#model/ids.ts";
import { question, samePart, scaleOf } from "#state/question.ts";
import type { Part } from "#state/question.ts";
import type { NeuronChange } from "#state/run/results.ts";
import { hover, setSort, toggleSelected, view } from "#state/view.ts";
import { Explained } from "../guide/Word.tsx";
import { ColumnHead } from "../shared/words/ColumnHead.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { Value } from "../shared/figure/Value.tsx";
import { COLUMNS, sortedRows, VARIANT_COLUMNS } from "./columns.ts";

const PROMOTED = 6;

interface NeuronTableProps {
  readonly rows: readonly NeuronChange[];
  /** The two runs are those of the base and of the adapted model. */
  readonly isOfVariants: boolean;
}

/** One row per neuron. A column's head sorts, a neuron's name opens its card. */
export function NeuronTable({ rows, isOfVariants }: NeuronTableProps) {
  const sort = useStore(view, (state) => state.sort);
  const sorted = sortedRows(rows, sort);
  const bars = signedBars(sorted.map((row) => row.change));
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Neuron table, scrolls">
      <table className="neuron-table">
        <caption className="visually-hidden">
          FFN neurons by what they lose to the {isOfVariants ? "adapter" : "interventions"}
        </caption>
        <thead>
          <tr>
            <td colSpan={2} />
            <ColumnHead label="increase, nats" span={2} />
            <ColumnHead label="activation" span={2} />
            <td />
          </tr>
          <tr>
            {(isOfVariants ? VARIANT_COLUMNS : COLUMNS).map(({ key, label, group, about }) => (
              <SortHead key={key} column={key} label={label} group={group} about={about} />
            ))}
            <ColumnHead label="promotes" about="First tokens of activation × value vector" />
          </tr>
        </thead>
        <tbody>
          {sorted.map((row, index) => (
            <NeuronRow key={formatNeuron(row)} row={row} size={bars[index]?.size ?? 0} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface SortHeadProps {
  readonly column: string;
  readonly label: string;
  readonly group: string;
  readonly about: string;
}

function SortHead({ column, label, group, about }: SortHeadProps) {
  const sort = useStore(view, (state) => state.sort);
  const isSorted = sort.column === column;
  const direction = sort.descending ? "descending" : "ascending";
  return (
    <th scope="col" aria-sort={isSorted ? direction : "none"} className={column === "neuron" ? "" : "number"}>
      <Explained
        className="sort"
        meaning={about}
        label={group ? `${group} ${label}` : label}
        onPress={() => setSort({ column, descending: isSorted ? !sort.descending : true })}
      >
        {label}
        <span aria-hidden="true" className="sort-mark">
          {isSorted ? (sort.descending ? "↓" : "↑") : ""}
        </span>
      </Explained>
    </th>
  );
}

function NeuronRow({ row, size }: { readonly row: NeuronChange; readonly size: number }) {
  const part: Part = { kind: "neuron", at: { layer: row.layer, neuron: row.neuron } };
  const isSelected = useStore(view, (state) => samePart(state.selected, part));
  const isOff = useStore(question, (state) => scaleOf(state.interventions, part) === 0);
  return (
    <tr
      className={`${isSelected ? "is-selected" : ""} ${isOff ? "is-off-row" : ""}`}
      onClick={() => toggleSelected(part)}
      onPointerEnter={(event) => {
        if (event.pointerType === "mouse") hover(part);
      }}
      onPointerLeave={() => hover(undefined)}
    >
      <th scope="row">
        <button
          type="button"
          className={`part-name ${isOff ? "is-off" : ""}`}
          aria-pressed={isSelected}
          onClick={(event) => {
            event.stopPropagation();
            toggleSelected(part);
          }}
        >
          {formatNeuron(row)}
        </button>
      </th>
      <td className="number change">
        <span className={`bar ${row.change < 0 ? "against" : "for"}`} style={{ inlineSize: `${size * 48}px` }} />
        <Value of={row.change} as="nats" />
      </td>
      <td className="number">
        <Value of={row.before} as="nats" />
      </td>
      <td className="number">
        <Value of={row.after} as="nats" />
      </td>
      <td className="number">
        <Value of={row.activationBefore} as="figures" />
      </td>
      <td className="number">
        <Value of={row.activationAfter} as="figures" />
      </td>
      <td className="promotes">
        {row.promotes.slice(0, PROMOTED).map(({ id, text }) => (
          <code key={id} title={`token ${id}`}>
            {tokenText(text)}
          </code>
        ))}
      </td>
    </tr>
  );
}
