import { useStore } from "zustand";
import { offerModel } from "#state/model/load-offer.ts";
import { model } from "#state/model/model.ts";
import { openCard, shipped, shippedModel } from "#state/model/shipped.ts";

/** The card of the model at hand, where it comes with the page, and the others that do. */
export function BundledModels({ onChoose }: { readonly onChoose: () => void }) {
  const known = useStore(shipped);
  const own = shippedModel(known, useStore(model));
  return (
    <div className="sheet-group" role="group" aria-label="Models of the page">
      {own && (
        <button
          type="button"
          className="sheet-item"
          onClick={() => {
            onChoose();
            void openCard(own);
          }}
        >
          About {own.id}…
        </button>
      )}
      {known.models
        .filter((other) => other !== own)
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
