import { heldUp } from "#core/sign.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { StorageReport } from "#protocol/engine.ts";
import { memoryStore, opfsStore } from "./file-store.ts";
import type { FileStore } from "./file-store.ts";

const canPersist = typeof navigator !== "undefined" && "storage" in navigator;
const persistent = new Map<string, Promise<FileStore | undefined>>();

/** A folder of what is kept between visits; undefined where the browser keeps nothing. */
function persistentIn(root: string): Promise<FileStore | undefined> {
  const store = persistent.get(root) ?? (canPersist ? opfsStore(root) : Promise.resolve(undefined));
  persistent.set(root, store);
  return store;
}

/** The packs that are kept between visits. */
export const persistentStore = () => persistentIn("models");

/** Token indices, each in a folder that is named as its model's pack. */
export const persistentIndices = () => persistentIn("indices");

/** Where the token indices of a model are kept. */
export const indexStore = async () => (await persistentIndices()) ?? memoryStore();

/** Finished steps of experiments, each model's in a folder that is named as its pack. */
export const persistentExperiments = () => persistentIn("experiments");

/** Where finished steps of experiments are kept. */
export const experimentStore = async () => (await persistentExperiments()) ?? memoryStore();

/** Where a checkpoint is stored. What the page itself serves is in the browser's own cache and need not be kept twice. */
export async function storeFor(source: CheckpointSource): Promise<FileStore> {
  const isOwn = source.kind === "url" && new URL(source.base, location.href).origin === location.origin;
  return (isOwn ? undefined : await persistentStore()) ?? memoryStore();
}

export async function storageReport({ isPersistent }: FileStore): Promise<StorageReport> {
  if (!isPersistent) return { isPersistent };
  const { quota, usage } = await navigator.storage.estimate();
  return {
    isPersistent,
    ...(quota !== undefined && { quotaBytes: quota }),
    ...(usage !== undefined && { usedBytes: usage }),
  };
}

/**
 * One tab makes a pack at a time; another that wants the same one waits for it and then finds it made.
 *
 * @param onWait told if somebody else is at it
 */
export async function withPackLock<T>(
  { store, id }: { readonly store: FileStore; readonly id: string },
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: () => void },
  task: () => Promise<T>,
): Promise<T> {
  if (!store.isPersistent) return task();
  const name = `arithmoscope-pack-${id}`;
  const { held = [] } = await navigator.locks.query();
  if (held.some((lock) => lock.name === name)) onWait();
  const { promise: granted, resolve } = Promise.withResolvers<void>();
  void heldUp(granted);
  const done = navigator.locks.request(name, { signal }, () => {
    resolve();
    return task();
  }) as Promise<T>;
  return done.finally(resolve);
}
