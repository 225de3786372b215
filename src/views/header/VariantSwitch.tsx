import { useStore } from "zustand";
import { VARIANTS } from "#protocol/engine.ts";
import { adapter, adapterLabel, adapterName, isAttached, showVariant } from "#state/model/adapter.ts";
import { question } from "#state/question.ts";

/** Where an adapter is attached: whether the page is about the base or about the model with it. */
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
      <span role="group" aria-label="Variant of the model" className="choice variant-switch">
        {VARIANTS.map((variant) => (
          <button
            key={variant}
            type="button"
            aria-pressed={variant === chosen}
            title={about[variant]}
            onClick={() => showVariant(variant)}
          >
            {variant}
          </button>
        ))}
      </span>
    </span>
  );
}
