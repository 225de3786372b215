import type { StoredModel } from "#protocol/engine.ts";
import { listPacks } from "./pack.ts";
import { persistentStore } from "./stores.ts";

/** What is kept in this browser, the newest first. */
export async function storedModels(): Promise<StoredModel[]> {
  const store = await persistentStore();
  return (store ? await listPacks(store) : []).map(
    ({ id, identity, dtype, family, parameters, bytes, startedAt, completedAt }) => ({
      id,
      source: identity,
      dtype,
      family,
      parameters,
      bytes,
      storedAt: completedAt ?? startedAt,
      isComplete: completedAt !== undefined,
    }),
  );
}

export async function deleteStored(ids: readonly string[]): Promise<void> {
  const store = await persistentStore();
  for (const id of store ? ids : []) await store?.remove(id);
}
