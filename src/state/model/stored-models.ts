import { createStore } from "zustand/vanilla";
import type { StoredModel } from "#protocol/engine.ts";
import { notifyFault } from "../notices.ts";
import { currentEngine } from "../run/engine-port.ts";

/** The models that this browser keeps, the newest first; undefined until it was asked. */
export const storedModels = createStore<{ readonly list: readonly StoredModel[] | undefined }>(() => ({
  list: undefined,
}));

/** Asks what this browser keeps; never rejects, what went wrong stands in a notice. */
export async function refreshStoredModels(): Promise<void> {
  try {
    storedModels.setState({ list: await currentEngine().storedModels() });
  } catch (reason) {
    notifyFault("stored", reason);
  }
}

/** Deletes stored models; never rejects, what could not be deleted is still in the list. */
export async function deleteStoredModels(ids: readonly string[]): Promise<void> {
  try {
    await currentEngine().deleteStored(ids);
  } catch (reason) {
    notifyFault("stored", reason);
  }
  await refreshStoredModels();
}
