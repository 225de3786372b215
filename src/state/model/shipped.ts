import { createStore } from "zustand/vanilla";
import type { ModelCard } from "#model/card.ts";
import type { ModelChoice, ModelState } from "./model.ts";
import { dismiss, notifyFault } from "../notices.ts";

export type { CardSet, ModelCard } from "#model/card.ts";

/** The models that come with the page, and the card of one that is being read. */
interface Shipped {
  readonly models: readonly ModelChoice[];
  readonly card: ModelCard | undefined;
}

export const shipped = createStore<Shipped>(() => ({ models: [], card: undefined }));

/** @param models in the order in which they are offered */
export const offerShipped = (models: readonly ModelChoice[]) => shipped.setState({ models });

/** The one of them that the page has, also where it was opened from what is stored of it. */
export const shippedModel = (
  { models }: Pick<Shipped, "models">,
  { choice, info }: Pick<ModelState, "choice" | "info">,
): ModelChoice | undefined =>
  models.find(({ id, source }) => id === choice?.id || (source.kind === "url" && source.base === info?.source.name));

/** Shows what a model that comes with the page says of itself; what goes wrong becomes a notice. */
export async function openCard({ source }: ModelChoice): Promise<void> {
  if (source.kind !== "url") return;
  try {
    const response = await fetch(new URL("card.json", source.base), { referrerPolicy: "no-referrer" });
    if (!response.ok) throw new Error(`the model’s card could not be read: HTTP ${response.status}`);
    const { readCard } = await import("#model/card.ts");
    shipped.setState({ card: readCard(await response.json()) });
    dismiss("card");
  } catch (reason) {
    notifyFault("card", reason);
  }
}

export const closeCard = () => shipped.setState({ card: undefined });
