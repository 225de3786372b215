import type { StoredModel } from "#protocol/engine.ts";
import { listPacks, resultsFolder } from "./pack.ts";
import type { PackRecord } from "./pack.ts";
import { persistentExperiments, persistentIndices, persistentStore } from "./stores.ts";

/** The models that are kept in this browser, the newest first. */
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

/**
 * Deletes stored models with all that was made of them, as far as no other copy of the same weights is kept. @throws Fault "bad-request" for one
 * that is in use
 */
export async function deleteStored(ids: readonly string[]): Promise<void> {
  const store = await persistentStore();
  if (!store) return;
  const packs = await listPacks(store);
  const stays = new Set(packs.filter(({ id }) => !ids.includes(id)).map(folderOf));
  const results = [await persistentIndices(), await persistentExperiments()];
  for (const pack of packs.filter(({ id }) => ids.includes(id))) {
    await store.remove(pack.id);
    const folder = folderOf(pack);
    if (folder === undefined || stays.has(folder)) continue;
    for (const kept of results) await kept?.remove(folder);
  }
}

/** The folder of what was made of a model; nothing is made of one before it is complete. */
const folderOf = ({ content, dtype }: PackRecord) =>
  content === undefined ? undefined : resultsFolder({ content, dtype });
