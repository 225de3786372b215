import { useStore } from "zustand";
import { VARIANTS } from "#protocol/engine.ts";
import { adapter, adapterLabel, adapterName, isAttached, showVariant } from "#state/model/adapter.ts";
import { question } from "#state/question.ts";
import { ChoiceGroup } from "../shared/controls/ChoiceGroup.tsx";

/** The choice between the base and the model with its adapter, where one is attached. */
export function VariantSwitch() {
  const state = useStore(adapter);
  const chosen = useStore(question, ({ variant = "base" }) => variant);
  if (!isAttached(state) || !state.choice) return null;
  const name = adapterLabel(state.choice);
  const about = { base: "The model without the adapter", adapted: `The model with ${name}` };
  return (
    <span className="variant">
      <span className="variant-name" title={adapterName(state.choice)}>
        {name}
      </span>
      <ChoiceGroup
        label="Variant of the model"
        className="choice variant-switch"
        options={VARIANTS}
        chosen={chosen}
        onChoose={showVariant}
        titleOf={(variant) => about[variant]}
      />
    </span>
  );
}
