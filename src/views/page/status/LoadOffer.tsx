import { useStore } from "zustand";
import { loadOffer } from "#state/model/offered.ts";
import { laterPart } from "../../shared/later.tsx";

const AskedOffer = laterPart("the model to load", async () => (await import("./AskedOffer.tsx")).AskedOffer);

/** The question whether a large model is to be loaded, while it is asked. */
export function LoadOffer() {
  const isAsked = useStore(loadOffer, ({ kind }) => kind !== "none");
  return isAsked && <AskedOffer />;
}
