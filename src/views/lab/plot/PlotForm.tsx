import { useId, useState } from "react";
import { useStore } from "zustand";
import { drawPlot, suggestedPart } from "#state/lab/actions.ts";
import { chooseOperation, editPlot, forms, OPERATIONS, PLOT_SIZES, QUANTITIES, TEMPLATES } from "#state/lab/forms.ts";
import type { QuantityChoice } from "#state/lab/forms.ts";
import { model } from "#state/model/model.ts";
import { results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { OPERATION_SIGNS } from "../../shared/words/operation-signs.ts";
import { Complaint, complains } from "../../shared/text/use-typed.tsx";
import { usePlain } from "../../shared/use-plain.ts";
import { ChoiceGroup } from "../../shared/controls/ChoiceGroup.tsx";

const QUANTITY_LABELS = {
  probability: "probability of the answer",
  logProbability: "log p of the answer",
  activation: "activation of a neuron",
  head: "effect of a head",
} satisfies Record<QuantityChoice, string>;

const PLAIN_LOGARITHM = "probability of the answer, coloured by its logarithm";

/** What is plotted, over which prompts. */
export function PlotForm() {
  const form = useStore(forms, (state) => state.plot);
  const isReady = useStore(model, (state) => state.status.kind === "ready");
  // about a part that was typed: another one is not complained of
  const [wrong, setWrong] = useState<{ readonly part: string; readonly complaint: string }>();
  const complaint = wrong?.part === form.part ? wrong.complaint : undefined;
  const isPlain = usePlain();
  return (
    <form
      className="lab-form"
      onSubmit={(event) => {
        event.preventDefault();
        const found = drawPlot();
        setWrong(found === undefined ? undefined : { part: form.part, complaint: found });
      }}
    >
      <label>
        <span>plot</span>
        <select
          value={form.quantity}
          onChange={(event) => editPlot({ quantity: event.target.value as QuantityChoice, part: "" })}
        >
          {QUANTITIES.map((quantity) => (
            <option key={quantity} value={quantity}>
              {isPlain && quantity === "logProbability" ? PLAIN_LOGARITHM : QUANTITY_LABELS[quantity]}
            </option>
          ))}
        </select>
      </label>
      <PartField complaint={complaint} />
      <ChoiceGroup
        label="Operation"
        options={OPERATIONS}
        chosen={form.operation}
        onChoose={chooseOperation}
        textOf={(operation) => OPERATION_SIGNS[operation]}
      />
      <label>
        <span>prompt</span>
        <input
          className="template"
          list="plot-templates"
          spellCheck={false}
          autoComplete="off"
          value={form.template}
          onChange={(event) => editPlot({ template: event.target.value })}
        />
        <datalist id="plot-templates">
          {TEMPLATES[form.operation].map((template) => (
            <option key={template} value={template} />
          ))}
        </datalist>
      </label>
      <ChoiceGroup
        label="Operands"
        options={PLOT_SIZES}
        chosen={form.to}
        onChoose={(to) => editPlot({ to })}
        textOf={(to) => `${to + 1} × ${to + 1}`}
        titleOf={(to) => `Operands 0 to ${to}`}
      />
      <button type="submit" className="primary" disabled={!isReady}>
        Draw
      </button>
    </form>
  );
}

/** Left empty it is the part that is selected, or that weighs most. */
function PartField({ complaint }: { readonly complaint: string | undefined }) {
  const id = useId();
  const { quantity, part } = useStore(forms, (state) => state.plot);
  // what is suggested follows these
  useStore(view, (state) => state.selected);
  useStore(results, (slots) => slots.comparison.value ?? slots.topNeurons.value ?? slots.sweep.value);
  if (quantity !== "activation" && quantity !== "head") return null;
  const kind = quantity === "head" ? "head" : "neuron";
  return (
    <span className="with-complaint">
      <label>
        <span className="visually-hidden">{kind}</span>
        <input
          className="go-to"
          spellCheck={false}
          autoComplete="off"
          placeholder={suggestedPart(kind)}
          value={part}
          onChange={(event) => editPlot({ part: event.target.value })}
          {...complains(id, complaint)}
        />
      </label>
      <Complaint id={id} text={complaint} />
    </span>
  );
}
