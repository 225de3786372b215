import { heldUp } from "#core/sign.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { StorageReport } from "#protocol/engine.ts";
import { orInMemory } from "./fallback-store.ts";
import { isOwn } from "../sources/own-origin.ts";
import { memoryStore } from "./file-store.ts";
import type { FileStore } from "./file-store.ts";
import { opfsStore } from "./opfs-store.ts";

/** Where an engine keeps what outlives it: a browser's own storage, unless its composition root says otherwise. */
export interface Keeping {
  /** Whether there is storage at all: a page without a secure context has none, and says so itself. */
  readonly canPersist: () => boolean;
  /** @throws Fault where it is refused */
  readonly folder: (root: string) => Promise<FileStore>;
  readonly estimate: () => Promise<StorageEstimate>;
  /** Runs a task while nobody else runs one of that name. @param onWait told if somebody else does */
  readonly alone: <T>(
    name: string,
    following: { readonly signal: AbortSignal; readonly onWait: () => void },
    task: () => Promise<T>,
  ) => Promise<T>;
}

let keeping: Keeping = {
  canPersist: () => typeof navigator !== "undefined" && "storage" in navigator,
  folder: opfsStore,
  estimate: () => navigator.storage.estimate(),
  alone: underWebLock,
};

/** Sets who keeps what outlives the engine: a composition root's to say, before its first call. */
export function keepWith(other: Keeping): void {
  keeping = other;
}

/**
 * A folder of what is kept between visits; undefined where the browser keeps nothing. Asked for anew each time: where site data
 * was cleared, what was opened before leads nowhere.
 */
const persistentIn = (root: string): Promise<FileStore | undefined> =>
  keeping.canPersist() ? keeping.folder(root).catch(() => undefined) : Promise.resolve(undefined);

/** The packs that are kept between visits. */
export const persistentStore = () => persistentIn("models");

/** Token indices, each in a folder that is named as its model's pack. */
export const persistentIndices = () => persistentIn("indices");

/** Where the token indices of a model are kept. */
export const indexStore = async () => (await persistentIndices()) ?? memoryStore();

/** Finished steps of experiments, each model's in a folder that is named as its pack. */
export const persistentExperiments = () => persistentIn("experiments");

/** The store of what graphics processors have proved. */
export const persistentProofs = () => persistentIn("proofs");

/** Where finished steps of experiments are kept. */
export async function experimentStore(): Promise<FileStore> {
  const kept = await persistentExperiments();
  return kept ? orInMemory(kept) : memoryStore();
}

/** Where a checkpoint is put. */
export interface ModelPlace {
  readonly store: FileStore;
  /** Why it is memory where it should have been the browser's storage. */
  readonly refusal?: unknown;
}

/** The place for a checkpoint; what the page itself serves is in the browser's own cache and need not be kept twice. */
export async function placeFor(source: CheckpointSource): Promise<ModelPlace> {
  if (isOwn(source) || !keeping.canPersist()) return { store: memoryStore() };
  try {
    return { store: await keeping.folder("models") };
  } catch (refusal) {
    return { store: memoryStore(), refusal };
  }
}

export async function storageReport({ isPersistent }: Pick<FileStore, "isPersistent">): Promise<StorageReport> {
  if (!isPersistent) return { isPersistent };
  // a browser that does not say how much room there is has to be tried
  const { quota, usage } = await Promise.resolve()
    .then(() => keeping.estimate())
    .catch((): StorageEstimate => ({}));
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
  return keeping.alone(`arithmoscope-pack-${id}`, { signal, onWait }, task);
}

async function underWebLock<T>(
  name: string,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: () => void },
  task: () => Promise<T>,
): Promise<T> {
  // without locks two tabs may begin one pack: a file that the other has open sends the later one into memory
  if (!("locks" in navigator)) return task();
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
