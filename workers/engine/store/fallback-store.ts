import { memoryStore } from "./file-store.ts";
import type { FileStore } from "./file-store.ts";
import { isInUse, isOfStorage } from "./storage-faults.ts";

/**
 * A store that goes on in memory once the browser's refuses to be written: what is written from then on is found again for as long as
 * the page is open. That a file is in use passes, and is for the caller to wait for.
 */
export function orInMemory(kept: FileStore): FileStore {
  const held = memoryStore();
  let isHeld = false;
  const leave = (reason: unknown) => {
    if (!isOfStorage(reason) || isInUse(reason)) throw reason;
    isHeld = true;
  };
  const open = async (folder: string, name: string) =>
    (await held.open(folder, name)) ??
    kept.open(folder, name).catch((reason: unknown) => {
      if (!isOfStorage(reason)) throw reason;
      return undefined;
    });
  /** What is there of a file, so that it can be gone on with. */
  const move = async (folder: string, name: string) => {
    if (await held.open(folder, name)) return;
    const file = await open(folder, name);
    const bytes = await file?.slice(0, file.byteLength).catch(() => undefined);
    file?.close();
    if (bytes) await held.write(folder, name, new Uint8Array(bytes));
  };
  /** In the browser's storage, if it has not refused yet. */
  const kindly = async <T>(task: (store: FileStore) => Promise<T>, before = () => Promise.resolve()): Promise<T> => {
    try {
      if (!isHeld) return await task(kept);
    } catch (reason) {
      leave(reason);
    }
    await before();
    return task(held);
  };
  return {
    isPersistent: kept.isPersistent,
    open,
    folders: async () => [...new Set([...(await kept.folders().catch(() => [])), ...(await held.folders())])],
    write: (folder, name, bytes) => kindly((store) => store.write(folder, name, bytes)),
    extend: (folder, name) =>
      kindly(
        (store) => store.extend(folder, name),
        () => move(folder, name),
      ),
    edit: (folder, name, byteLength) =>
      kindly(
        (store) => store.edit(folder, name, byteLength),
        () => move(folder, name),
      ),
    async remove(folder) {
      await held.remove(folder);
      await kept.remove(folder);
    },
  };
}
