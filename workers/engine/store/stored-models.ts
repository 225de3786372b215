import type { StoredModel } from "#protocol/engine.ts";
import { listPacks } from "./pack.ts";
import { persistentExperiments, persistentIndices, persistentStore } from "./stores.ts";

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

/** With all that was made of them. @throws Fault "bad-request" for one that is in use */
export async function deleteStored(ids: readonly string[]): Promise<void> {
  const stores = [await persistentStore(), await persistentIndices(), await persistentExperiments()];
  for (const id of ids) for (const store of stores) await store?.remove(id);
}
