import { useStore } from "zustand";
import { offerModel } from "#state/load-offer.ts";
import { model } from "#state/model.ts";
import { isShipped, openCard, shipped } from "#state/shipped.ts";

/** The card of the model at hand, where it comes with the page, and the others that do. */
export function BundledModels({ onChoose }: { readonly onChoose: () => void }) {
  const known = useStore(shipped);
  const choice = useStore(model, (state) => state.choice);
  return (
    <div className="sheet-group" role="group" aria-label="Models of the page">
      {choice && isShipped(choice, known) && (
        <button
          type="button"
          className="sheet-item"
          onClick={() => {
            onChoose();
            void openCard(choice);
          }}
        >
          About {choice.id}…
        </button>
      )}
      {known.models
        .filter(({ id }) => id !== choice?.id)
        .map((other) => (
          <button
            key={other.id}
            type="button"
            className="sheet-item"
            onClick={() => {
              onChoose();
              void offerModel(other);
            }}
          >
            Load {other.id}, which comes with the page
          </button>
        ))}
    </div>
  );
}
