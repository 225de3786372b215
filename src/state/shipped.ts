import { createStore } from "zustand/vanilla";
import { readCard } from "#model/card.ts";
import type { ModelCard } from "#model/card.ts";
import type { ModelChoice } from "./model.ts";
import { dismiss, notifyFault } from "./notices.ts";

export type { CardSet, ModelCard } from "#model/card.ts";

/** The models that come with the page, and the card of one that is being read. */
interface Shipped {
  readonly models: readonly ModelChoice[];
  readonly card: ModelCard | undefined;
}

export const shipped = createStore<Shipped>(() => ({ models: [], card: undefined }));

/** @param models in the order in which they are offered */
export const offerShipped = (models: readonly ModelChoice[]) => shipped.setState({ models });

export const isShipped = (choice: ModelChoice | undefined, { models }: Pick<Shipped, "models">) =>
  choice !== undefined && models.some(({ id }) => id === choice.id);

/** Shows what a model that comes with the page says of itself; what goes wrong becomes a notice. */
export async function openCard({ source }: ModelChoice): Promise<void> {
  if (source.kind !== "url") return;
  try {
    const response = await fetch(new URL("card.json", source.base), { referrerPolicy: "no-referrer" });
    if (!response.ok) throw new Error(`the model’s card could not be read: HTTP ${response.status}`);
    shipped.setState({ card: readCard(await response.json()) });
    dismiss("card");
  } catch (reason) {
    notifyFault("card", reason);
  }
}

export const closeCard = () => shipped.setState({ card: undefined });
