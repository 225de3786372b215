import { useStore } from "zustand";
import { formatNeuron } from "#model/ids.ts";
import type { NeuronId } from "#model/ids.ts";
import { question, samePart, scaleOf } from "#state/question.ts";
import type { Part } from "#state/question.ts";
import { hover, setSort, toggleSelected, view } from "#state/view.ts";
import { SortedTable } from "../shared/table/SortedTable.tsx";
import type { Column } from "../shared/table/columns.tsx";

interface NeuronTableProps<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
}

/** One row per neuron. A column's head sorts, a neuron's name opens its card, and so does the row around it. */
export function NeuronTable<Row extends NeuronId>({ caption, rows, columns }: NeuronTableProps<Row>) {
  const order = useStore(view, ({ sort }) => sort);
  const selected = useStore(view, (state) => state.selected);
  const interventions = useStore(question, (state) => state.interventions);
  return (
    <SortedTable
      name="Neuron table"
      className="neuron-table"
      caption={caption}
      isCaptionHidden
      columns={columns}
      rows={rows}
      keyOf={formatNeuron}
      order={order}
      onSort={setSort}
      rowProps={({ layer, neuron }) => {
        const part: Part = { kind: "neuron", at: { layer, neuron } };
        const isAblated = scaleOf(interventions, part) === 0;
        return {
          className: `${samePart(selected, part) ? "is-selected" : ""} ${isAblated ? "is-off-row" : ""}`,
          onClick({ target }) {
            // the name in it does so by itself
            if (!(target instanceof Element && target.closest("button"))) toggleSelected(part);
          },
          onPointerEnter({ pointerType }) {
            if (pointerType === "mouse") hover(part);
          },
          onPointerLeave: () => hover(undefined),
        };
      }}
    />
  );
}
