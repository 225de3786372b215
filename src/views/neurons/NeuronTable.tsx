import { useStore } from "zustand";
import { signedBars } from "#charts/plots/bars.ts";
import { formatNeuron } from "#model/ids.ts";
import type { NeuronId } from "#model/ids.ts";
import { question, samePart, scaleOf } from "#state/question.ts";
import type { Part } from "#state/question.ts";
import type { Token } from "#state/run/results.ts";
import { hover, setSort, toggleSelected, view } from "#state/view.ts";
import { Explained } from "../guide/Word.tsx";
import { ColumnHead } from "../shared/words/ColumnHead.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { Value } from "../shared/figure/Value.tsx";
import { NEURON_COLUMN, sortedRows } from "./columns.ts";
import type { Column } from "./columns.ts";

const PROMOTED = 6;

type Listed = NeuronId & { readonly promotes: readonly Token[] };

interface NeuronTableProps<Row extends Listed> {
  readonly caption: string;
  readonly rows: readonly Row[];
  /** The first is drawn as bars too. */
  readonly columns: readonly Column<Row>[];
}

/** One row per neuron. A column's head sorts, a neuron's name opens its card. */
export function NeuronTable<Row extends Listed>({ caption, rows, columns }: NeuronTableProps<Row>) {
  const sort = useStore(view, (state) => state.sort);
  const sorted = sortedRows(rows, columns, sort);
  const bars = signedBars(sorted.map((row) => columns[0]!.valueOf(row)));
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Neuron table, scrolls">
      <table className="neuron-table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <Groups columns={columns} />
          <tr>
            <SortHead column={NEURON_COLUMN} look="" />
            {columns.map((column) => (
              <SortHead key={column.key} column={column} look={lookOf(column)} />
            ))}
            <ColumnHead label="promotes" about="First tokens of activation × value vector" />
          </tr>
        </thead>
        <tbody>
          {sorted.map((row, index) => (
            <NeuronRow key={formatNeuron(row)} row={row} columns={columns} size={bars[index]?.size ?? 0} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const lookOf = ({ isForResearchers }: Pick<Column<unknown>, "isForResearchers">) =>
  isForResearchers ? "number researcher" : "number";

/** What stands above several columns; nothing where none has anything above it. */
function Groups({
  columns,
}: {
  readonly columns: readonly Pick<Column<unknown>, "key" | "group" | "isForResearchers">[];
}) {
  if (columns.every(({ group }) => group === "")) return null;
  const starts = columns.filter(({ group }, index) => group === "" || group !== columns[index - 1]?.group);
  return (
    <tr>
      <td />
      {starts.map((column) => {
        const { key, group } = column;
        return group === "" ? (
          <td key={key} />
        ) : (
          <th
            key={key}
            scope="colgroup"
            className={lookOf(column)}
            colSpan={columns.filter((each) => each.group === group).length}
          >
            {group}
          </th>
        );
      })}
      <td />
    </tr>
  );
}

interface SortHeadProps {
  readonly column: Pick<Column<unknown>, "key" | "label" | "group" | "about">;
  readonly look: string;
}

function SortHead({ column: { key: column, label, group, about }, look }: SortHeadProps) {
  const sort = useStore(view, (state) => state.sort);
  const isSorted = sort.column === column;
  const direction = sort.descending ? "descending" : "ascending";
  return (
    <th scope="col" aria-sort={isSorted ? direction : "none"} className={look}>
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

interface NeuronRowProps<Row extends Listed> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  /** Of the bar, as a share of the longest. */
  readonly size: number;
}

function NeuronRow<Row extends Listed>({ row, columns, size }: NeuronRowProps<Row>) {
  const part: Part = { kind: "neuron", at: { layer: row.layer, neuron: row.neuron } };
  const isSelected = useStore(view, (state) => samePart(state.selected, part));
  const isAblated = useStore(question, (state) => scaleOf(state.interventions, part) === 0);
  return (
    <tr
      className={`${isSelected ? "is-selected" : ""} ${isAblated ? "is-off-row" : ""}`}
      onClick={() => toggleSelected(part)}
      onPointerEnter={(event) => {
        if (event.pointerType === "mouse") hover(part);
      }}
      onPointerLeave={() => hover(undefined)}
    >
      <th scope="row">
        <button
          type="button"
          className={`part-name ${isAblated ? "is-off" : ""}`}
          aria-pressed={isSelected}
          onClick={(event) => {
            event.stopPropagation();
            toggleSelected(part);
          }}
        >
          {formatNeuron(row)}
        </button>
      </th>
      {columns.map((column, index) => {
        const { key, as, valueOf } = column;
        const value = valueOf(row);
        return (
          <td key={key} className={`${lookOf(column)} ${index === 0 ? "change" : ""}`}>
            {index === 0 && (
              <span className={`bar ${value < 0 ? "against" : "for"}`} style={{ inlineSize: `${size * 48}px` }} />
            )}
            <Value of={value} as={as} />
          </td>
        );
      })}
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
