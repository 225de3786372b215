/** Where finished pieces of an index are kept. What it gives back is checked by whoever reads it. */
export interface IndexStore {
  read(key: string): Promise<Uint8Array | undefined>;
  /** May reject, as for want of room. */
  write(key: string, bytes: Uint8Array): Promise<void>;
}

/** For as long as the worker lives. */
export function memoryStore(): IndexStore {
  const kept = new Map<string, Uint8Array>();
  return {
    read: (key) => Promise.resolve(kept.get(key)),
    write: (key, bytes) => {
      kept.set(key, bytes);
      return Promise.resolve();
    },
  };
}

const FOLDER = "indices";

/** The browser's own file system, private to this origin; a folder of one file per key. */
export function browserStore(): IndexStore {
  const file = async (key: string, create: boolean) => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create });
    return folder.getFileHandle(key, { create });
  };
  return {
    async read(key) {
      try {
        return new Uint8Array(await (await (await file(key, false)).getFile()).arrayBuffer());
      } catch {
        // not there, or a browser that does not let us: either way it has to be computed
        return undefined;
      }
    },
    async write(key, bytes) {
      // what is written takes the file's place when it is closed, so that half of it never lies there
      const writable = await (await file(key, true)).createWritable();
      await writable.write(bytes as Uint8Array<ArrayBuffer>);
      await writable.close();
    },
  };
}
