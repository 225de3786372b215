import type { StoredModel } from "#protocol/engine.ts";
import { listPacks, resultsFolder } from "./pack.ts";
import { persistentExperiments, persistentIndices, persistentStore } from "./stores.ts";

/** What is kept in this browser, the newest first. */
export async function storedModels(): Promise<StoredModel[]> {
  const store = await persistentStore();
  return (store ? await listPacks(store) : []).map(
    ({ id, identity, content, dtype, family, parameters, bytes, startedAt, completedAt }) => ({
      id,
      ...(content !== undefined && { content }),
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
  const store = await persistentStore();
  if (!store) return;
  const results = [await persistentIndices(), await persistentExperiments()];
  for (const { id, content, dtype } of (await listPacks(store)).filter((pack) => ids.includes(pack.id))) {
    await store.remove(id);
    if (content === undefined) continue;
    for (const kept of results) await kept?.remove(resultsFolder({ content, dtype }));
  }
}
