import type { FileStore, StoredFile } from "../store/file-store.ts";

/** Where finished pieces of an index are kept. What it gives back is checked by whoever reads it. */
export interface IndexStore {
  read(key: string): Promise<Uint8Array | undefined>;
  /** May reject, as for want of room. */
  write(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Lets go of the files, so that they can be deleted. */
  close(): void;
}

/** One file per key in a folder. A file stays open once it is read: searches read the same ones again and again. */
export function indexFiles(store: FileStore, folder: string): IndexStore {
  const open = new Map<string, Promise<StoredFile | undefined>>();
  const letGo = async (key: string) => {
    const file = open.get(key);
    open.delete(key);
    (await file)?.close();
  };
  return {
    async read(key) {
      // not there, gone while it was open, or a browser that does not let us: it has to be computed
      const opening = open.get(key) ?? store.open(folder, key).catch(() => undefined);
      open.set(key, opening);
      const file = await opening;
      const bytes = await file?.slice(0, file.byteLength).catch(() => undefined);
      if (bytes) return new Uint8Array(bytes);
      await letGo(key);
      return undefined;
    },
    async write(key, bytes) {
      await letGo(key);
      await store.write(folder, key, bytes);
    },
    close() {
      for (const key of open.keys()) void letGo(key);
    },
  };
}
