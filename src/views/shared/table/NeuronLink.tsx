import { useStore } from "zustand";
import { formatNeuron } from "#model/ids.ts";
import type { NeuronId } from "#model/ids.ts";
import { question, samePart, scaleOf } from "#state/question.ts";
import type { Part } from "#state/question.ts";
import { toggleSelected, view } from "#state/view.ts";
import type { Column } from "./columns.tsx";

/** A neuron's name that opens its card. */
export function NeuronLink({ layer, neuron }: NeuronId) {
  const part: Part = { kind: "neuron", at: { layer, neuron } };
  const isSelected = useStore(view, (state) => samePart(state.selected, part));
  const isAblated = useStore(question, (state) => scaleOf(state.interventions, part) === 0);
  return (
    <button
      type="button"
      className={`part-name ${isAblated ? "is-off" : ""}`}
      aria-pressed={isSelected}
      onClick={() => toggleSelected(part)}
    >
      {formatNeuron(part.at)}
    </button>
  );
}

/** Larger than any model's width, so that neurons sort by layer first. */
const NEURONS_PER_LAYER = 1e7;

/** A column of neurons, whose names open their cards; in the file with layer and index. */
export const neuronColumn = <Row extends NeuronId>(): Column<Row> => ({
  label: "neuron",
  keys: ["neuron", "layer", "index"],
  isNumber: false,
  show: (row) => <NeuronLink layer={row.layer} neuron={row.neuron} />,
  values: (row) => [formatNeuron(row), row.layer, row.neuron],
  sort: { key: "neuron", of: ({ layer, neuron }) => layer * NEURONS_PER_LAYER + neuron },
});
